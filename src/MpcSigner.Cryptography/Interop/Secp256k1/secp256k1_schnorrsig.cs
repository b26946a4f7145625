using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Interop.Secp256k1;

/// <summary><c>secp256k1_extrakeys.h</c> and <c>secp256k1_schnorrsig.h</c> (BIP-340), verification.</summary>
internal static partial class Libsecp256k1
{
    /// <summary>sizeof(secp256k1_xonly_pubkey), opaque.</summary>
    internal const int XonlyPubkeySize = 64;

    /// <returns>1 if the 32 bytes are the x of a point.</returns>
    [LibraryImport(Name)]
    internal static partial int secp256k1_xonly_pubkey_parse(nint ctx, Span<byte> pubkey, ReadOnlySpan<byte> input32);

    /// <returns>1 if the signature is valid.</returns>
    [LibraryImport(Name)]
    internal static partial int secp256k1_schnorrsig_verify(nint ctx, ReadOnlySpan<byte> sig64, ReadOnlySpan<byte> msg, nuint msglen, ReadOnlySpan<byte> pubkey);
}
