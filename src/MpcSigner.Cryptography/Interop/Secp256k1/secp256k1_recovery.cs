using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Interop.Secp256k1;

/// <summary><c>secp256k1_recovery.h</c>.</summary>
internal static partial class Libsecp256k1
{
    /// <summary>sizeof(secp256k1_ecdsa_recoverable_signature), opaque.</summary>
    internal const int RecoverableSignatureSize = 65;

    /// <param name="recid">0..3: anything else breaks the library's preconditions.</param>
    /// <returns>0 if r or s is not below the order.</returns>
    [LibraryImport(Name)]
    internal static partial int secp256k1_ecdsa_recoverable_signature_parse_compact(nint ctx, Span<byte> sig, ReadOnlySpan<byte> input64, int recid);

    /// <returns>0 if r or s is zero, R is no point or the key would be O.</returns>
    [LibraryImport(Name)]
    internal static partial int secp256k1_ecdsa_recover(nint ctx, Span<byte> pubkey, ReadOnlySpan<byte> sig, ReadOnlySpan<byte> msghash32);
}
