using MpcSigner.Cryptography.Interop.Secp256k1;
using MpcSigner.Cryptography.Secrets.Interop.Secp256k1;

namespace MpcSigner.Cryptography.Secrets.ObliviousTransfer;

/// <summary>Points of secp256k1 as the library holds them, in memory of the caller's: for base OT, where which point is meant is secret though the points are not.</summary>
/// <remarks>The group's own objects would not do: to choose one of two of them is a secret index. O has no form here.</remarks>
internal static unsafe class Secp256k1Points
{
    /// <summary>Bytes of a point in the library's form.</summary>
    internal const int NativeSize = Libsecp256k1.PubkeySize;

    /// <summary>Bytes of an encoded point (SEC1 compressed).</summary>
    internal const int EncodedSize = 33;

    /// <summary>Strict decoding (spec §3.1): 02 or 03, x below p, on the curve. Variable time.</summary>
    internal static bool TryDecodePublic(Span<byte> point, ReadOnlySpan<byte> encoded)
    {
        Check(point, NativeSize);
        Check(encoded, EncodedSize);
        return encoded[0] is 2 or 3 && Libsecp256k1.secp256k1_ec_pubkey_parse(Libsecp256k1.Context, point, encoded, EncodedSize) == 1;
    }

    internal static void Encode(Span<byte> encoded, ReadOnlySpan<byte> point)
    {
        Check(encoded, EncodedSize);
        Check(point, NativeSize);
        var length = (nuint)EncodedSize;
        Libsecp256k1.MustSucceed(Libsecp256k1.secp256k1_ec_pubkey_serialize(
            Libsecp256k1.Context, encoded, ref length, point, Libsecp256k1.SECP256K1_EC_COMPRESSED));
    }

    /// <summary>scalar·G in constant time.</summary>
    /// <param name="scalar">32 bytes, 1..q−1.</param>
    internal static void MultiplyBase(Span<byte> point, ReadOnlySpan<byte> scalar)
    {
        Check(point, NativeSize);
        Libsecp256k1.MustSucceed(SecretLibsecp256k1.secp256k1_ec_pubkey_create(SecretLibsecp256k1.Context, point, scalar));
    }

    /// <summary>scalar·point in constant time, encoded.</summary>
    /// <param name="encodedProduct">33 bytes of locked memory.</param>
    /// <param name="scalar">32 bytes, 1..q−1.</param>
    internal static void Multiply(Span<byte> encodedProduct, ReadOnlySpan<byte> point, ReadOnlySpan<byte> scalar)
    {
        Check(encodedProduct, EncodedSize);
        Check(point, NativeSize);
        Libsecp256k1.MustSucceed(SecretLibsecp256k1.secp256k1_ecdh_compressed(SecretLibsecp256k1.Context, encodedProduct, point, scalar));
    }

    /// <summary>sum ← sum + other; false, and sum unchanged, if that is O.</summary>
    internal static bool TryAdd(Span<byte> sum, ReadOnlySpan<byte> other)
    {
        Check(sum, NativeSize);
        Check(other, NativeSize);
        Span<byte> result = stackalloc byte[NativeSize]; // the library clears its output before it reads
        fixed (byte* first = sum, second = other)
        {
            var summands = stackalloc byte*[2] { first, second };
            if (Libsecp256k1.secp256k1_ec_pubkey_combine(Libsecp256k1.Context, result, summands, 2) != 1)
                return false;
        }
        result.CopyTo(sum);
        return true;
    }

    /// <summary>point ← −point.</summary>
    internal static void Negate(Span<byte> point)
    {
        Check(point, NativeSize);
        Libsecp256k1.MustSucceed(Libsecp256k1.secp256k1_ec_pubkey_negate(Libsecp256k1.Context, point));
    }

    private static void Check(ReadOnlySpan<byte> bytes, int expected)
    {
        if (bytes.Length != expected)
            throw new ArgumentException($"expected {expected} bytes, got {bytes.Length}");
    }
}
