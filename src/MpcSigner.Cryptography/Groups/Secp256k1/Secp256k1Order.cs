using MpcSigner.Cryptography.Scalars;

namespace MpcSigner.Cryptography.Groups.Secp256k1;

/// <summary>n of SEC 2 §2.4.1.</summary>
internal readonly struct Secp256k1Order : IScalarModulus
{
    public static ulong Q0 => 0xbfd25e8cd0364141;

    public static ulong Q1 => 0xbaaedce6af48a03b;

    public static ulong Q2 => 0xfffffffffffffffe;

    public static ulong Q3 => 0xffffffffffffffff;

    public static ulong NegativeInverse => 0x4b0dff665588b13f;

    public static Scalar256 RadixSquared => new(0x896cf21467d7d140, 0x741496c20e7cf878, 0xe697f5e45bcd07c6, 0x9d671cd581c69bc5);
}
