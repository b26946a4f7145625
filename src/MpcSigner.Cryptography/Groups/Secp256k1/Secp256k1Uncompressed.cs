using System.Diagnostics.CodeAnalysis;
using MpcSigner.Cryptography.Interop.Secp256k1;

namespace MpcSigner.Cryptography.Groups.Secp256k1;

/// <summary>Public keys with both coordinates (SEC 1 §2.3.3), as some chains hash them.</summary>
public static class Secp256k1Uncompressed
{
    /// <summary>04, x, y.</summary>
    public const int Size = 65;

    /// <param name="compressed">33 bytes: 02 or 03, then x.</param>
    /// <param name="uncompressed"><see cref="Size"/> bytes.</param>
    /// <returns>False for anything that is no compressed point.</returns>
    public static bool TryExpand(ReadOnlySpan<byte> compressed, [NotNullWhen(true)] out byte[]? uncompressed)
    {
        uncompressed = null;
        if (!Secp256k1Group.Instance.TryDecodePoint(compressed, out var point))
            return false;
        uncompressed = new byte[Size];
        var length = (nuint)Size;
        Libsecp256k1.MustSucceed(Libsecp256k1.secp256k1_ec_pubkey_serialize(
            Libsecp256k1.Context, uncompressed, ref length, ((Secp256k1Point)point).Native, Libsecp256k1.SECP256K1_EC_UNCOMPRESSED));
        return true;
    }
}
