using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Secrets.Interop.Sodium;

/// <summary><c>sodium/crypto_sign.h</c> (Ed25519), keys and signing.</summary>
internal static partial class SecretSodium
{
    internal const int crypto_sign_SEEDBYTES = 32;
    internal const int crypto_sign_SECRETKEYBYTES = 64;

    [LibraryImport(Name)]
    internal static partial nuint crypto_sign_seedbytes();

    [LibraryImport(Name)]
    internal static partial nuint crypto_sign_secretkeybytes();

    [LibraryImport(Name)]
    internal static partial int crypto_sign_seed_keypair(Span<byte> pk, Span<byte> sk, ReadOnlySpan<byte> seed);

    [LibraryImport(Name)]
    internal static partial int crypto_sign_detached(Span<byte> sig, out ulong siglen, ReadOnlySpan<byte> m, ulong mlen, ReadOnlySpan<byte> sk);
}
