using MpcSigner.Cryptography.Scalars;

namespace MpcSigner.Cryptography.Groups.P256;

/// <summary>n of FIPS 186-4 D.1.2.3 (SEC 2 §2.4.2).</summary>
internal readonly struct P256Order : IScalarModulus
{
    public static ulong Q0 => 0xf3b9cac2fc632551;

    public static ulong Q1 => 0xbce6faada7179e84;

    public static ulong Q2 => 0xffffffffffffffff;

    public static ulong Q3 => 0xffffffff00000000;

    public static ulong NegativeInverse => 0xccd1c8aaee00bc4f;

    public static Scalar256 RadixSquared => new(0x83244c95be79eea2, 0x4699799c49bd6fa6, 0x2845b2392b6bec59, 0x66e12d94f3d95620);
}
