using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Cryptography.Secrets.SelfTests;

/// <summary>The checks of libsecp256k1. Each answers null, or what was wrong.</summary>
internal static class Secp256k1Checks
{
    internal static IReadOnlyList<(string Check, Func<string?> Run)> All { get; } =
    [
        .. new CurveChecks(
            Cryptography.Groups.Groups.For(Curve.Secp256k1),
            generator: "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
            scalar: "00a1b2c3d4e5f60718293a4b5c6d7e8f9a0b1c2d3e4f5061728394a5b6c7d8e9",
            multiple: "02b457d50f58772b39b2eb6aae4832d8e1506acbabae84b2fc5819d379f45e0fa2",
            notOnCurve: "020000000000000000000000000000000000000000000000000000000000000005",
            outOfRange: "02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30").All,
        ("secp256k1 secret multiplication of a point", PointMultiplication),
        ("BIP-340 verification", Schnorr),
    ];

    /// <summary>By way of our own callback: k·(k·G) = k²·G.</summary>
    private static string? PointMultiplication()
    {
        var group = Cryptography.Groups.Groups.For(Curve.Secp256k1);
        byte[] scalar = [.. Enumerable.Range(1, SecretScalar.Size).Select(i => (byte)i)], point = new byte[Secp256k1Points.NativeSize], product = new byte[Secp256k1Points.EncodedSize];
        Secp256k1Points.MultiplyBase(point, scalar);
        Secp256k1Points.Multiply(product, point, scalar);
        return group.TryDecodeScalar(scalar, out var k) && product.AsSpan().SequenceEqual(group.MultiplyBasePublic(group.MultiplyPublic(k, k)).Encoded)
            ? null
            : "wrong product";
    }

    /// <summary>BIP-340, test vector 1.</summary>
    private static string? Schnorr()
    {
        var key = Convert.FromHexString("dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659");
        var message = Convert.FromHexString("243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89");
        var signature = Convert.FromHexString("6896bd60eeae296db48a229ff71dfe071bde413e6d43f917dc8dcf8c78de33418906d11ac976abccb20b091292bff4ea897efcb639ea871cfa95f6de339e4b0a");
        if (!Bip340Signature.Verify(key, message, signature))
            return "a good signature is refused";
        signature[^1] ^= 1;
        return Bip340Signature.Verify(key, message, signature) ? "a bad signature is accepted" : null;
    }
}
