using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Interop.Secp256k1;

/// <summary><c>secp256k1.h</c>, on public values. Functions answer 1 for success and 0 for failure.</summary>
internal static partial class Libsecp256k1
{
    internal const uint SECP256K1_CONTEXT_NONE = 1;
    internal const uint SECP256K1_EC_COMPRESSED = 1 << 1 | 1 << 8;
    internal const uint SECP256K1_EC_UNCOMPRESSED = 1 << 1;

    /// <summary>sizeof(secp256k1_pubkey), opaque.</summary>
    internal const int PubkeySize = 64;

    /// <summary>sizeof(secp256k1_ecdsa_signature), opaque.</summary>
    internal const int EcdsaSignatureSize = 64;

    [LibraryImport(Name)]
    internal static partial nint secp256k1_context_create(uint flags);

    /// <returns>1 if the encoding is that of a point; 33 bytes are read as compressed only.</returns>
    [LibraryImport(Name)]
    internal static partial int secp256k1_ec_pubkey_parse(nint ctx, Span<byte> pubkey, ReadOnlySpan<byte> input, nuint inputlen);

    [LibraryImport(Name)]
    internal static partial int secp256k1_ec_pubkey_serialize(nint ctx, Span<byte> output, ref nuint outputlen, ReadOnlySpan<byte> pubkey, uint flags);

    /// <returns>0 for a scalar that is zero or not below the order.</returns>
    [LibraryImport(Name)]
    internal static partial int secp256k1_ec_pubkey_create(nint ctx, Span<byte> pubkey, ReadOnlySpan<byte> seckey);

    [LibraryImport(Name)]
    internal static partial int secp256k1_ec_pubkey_negate(nint ctx, Span<byte> pubkey);

    /// <summary>pubkey ← tweak·pubkey, variable time.</summary>
    /// <returns>0 for a scalar that is zero or not below the order.</returns>
    [LibraryImport(Name)]
    internal static partial int secp256k1_ec_pubkey_tweak_mul(nint ctx, Span<byte> pubkey, ReadOnlySpan<byte> tweak32);

    /// <summary>The sum of n ≥ 1 points.</summary>
    /// <returns>0 if it is the identity.</returns>
    [LibraryImport(Name)]
    internal static unsafe partial int secp256k1_ec_pubkey_combine(nint ctx, Span<byte> pubnonce, byte** ins, nuint n);

    /// <returns>0 if r or s is not below the order; r = 0 and s = 0 are read.</returns>
    [LibraryImport(Name)]
    internal static partial int secp256k1_ecdsa_signature_parse_compact(nint ctx, Span<byte> sig, ReadOnlySpan<byte> input64);

    /// <summary>sigout ← the low-s form of sigin; they may be the same.</summary>
    /// <returns>1 if sigin was not low.</returns>
    [LibraryImport(Name)]
    internal static partial int secp256k1_ecdsa_signature_normalize(nint ctx, Span<byte> sigout, ReadOnlySpan<byte> sigin);

    /// <returns>1 for a valid signature in low-s form.</returns>
    [LibraryImport(Name)]
    internal static partial int secp256k1_ecdsa_verify(nint ctx, ReadOnlySpan<byte> sig, ReadOnlySpan<byte> msghash32, ReadOnlySpan<byte> pubkey);
}
