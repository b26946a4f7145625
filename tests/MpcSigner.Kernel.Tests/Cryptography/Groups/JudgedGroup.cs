using System.Numerics;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Groups;

/// <summary>A group together with textbook arithmetic that judges it. Every suite of groups and scalars runs over all of them.</summary>
internal sealed class JudgedGroup
{
    private readonly Func<BigInteger, string> _multiple;
    private readonly bool _littleEndian;

    private JudgedGroup(Curve curve, BigInteger order, bool littleEndian, Func<BigInteger, string> multiple) =>
        (Group, Order, _littleEndian, _multiple) = (MpcSigner.Cryptography.Groups.Groups.For(curve), order, littleEndian, multiple);

    public static JudgedGroup Of(Curve curve) => curve switch
    {
        Curve.Edwards25519 => new(curve, Ed25519Oracle.L, true, k =>
            Ed25519Oracle.ModL(k).IsZero ? "O" : Convert.ToHexStringLower(Ed25519Oracle.Encode(Ed25519Oracle.Multiply(Ed25519Oracle.ModL(k), Ed25519Oracle.Base)))),
        Curve.Secp256k1 => new(curve, WeierstrassOracle.Secp256k1.Q, false, WeierstrassOracle.Secp256k1.Multiple),
        Curve.P256 => new(curve, WeierstrassOracle.P256.Q, false, WeierstrassOracle.P256.Multiple),
    };

    public IGroup Group { get; }

    /// <summary>q.</summary>
    public BigInteger Order { get; }

    /// <summary>The encoding of k·G in hexadecimal, or "O".</summary>
    public string Multiple(BigInteger k) => _multiple(k);

    public BigInteger Mod(BigInteger value) => ((value % Order) + Order) % Order;

    /// <summary>32 bytes in the group's order of bytes, of any value below 2^256.</summary>
    public byte[] Encode(BigInteger value)
    {
        var bytes = WeierstrassOracle.Big(value);
        if (_littleEndian)
            Array.Reverse(bytes);
        return bytes;
    }

    public BigInteger Big(PublicScalar scalar) => new(scalar.Encode(), isUnsigned: true, isBigEndian: !_littleEndian);

    public PublicScalar Scalar(BigInteger value)
    {
        Assert.True(Group.TryDecodeScalar(Encode(value), out var scalar));
        return scalar;
    }

    public override string ToString() => Group.Name;
}
