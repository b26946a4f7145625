using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Secrets.Interop.Sodium;

/// <summary><c>sodium/crypto_pwhash_argon2id.h</c>.</summary>
internal static partial class SecretSodium
{
    internal const int crypto_pwhash_argon2id_ALG_ARGON2ID13 = 2;
    internal const int crypto_pwhash_argon2id_SALTBYTES = 16;

    [LibraryImport(Name)]
    internal static partial nuint crypto_pwhash_argon2id_saltbytes();

    [LibraryImport(Name)]
    internal static partial int crypto_pwhash_argon2id_alg_argon2id13();

    /// <returns>0, or −1 if memory ran out or a parameter is out of range.</returns>
    [LibraryImport(Name)]
    internal static partial int crypto_pwhash_argon2id(
        Span<byte> @out, ulong outlen, ReadOnlySpan<byte> passwd, ulong passwdlen, ReadOnlySpan<byte> salt, ulong opslimit, nuint memlimit, int alg);
}
