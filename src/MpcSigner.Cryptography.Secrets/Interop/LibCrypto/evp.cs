using System.Runtime.InteropServices;
using Public = MpcSigner.Cryptography.Interop.LibCrypto.LibCrypto;

namespace MpcSigner.Cryptography.Secrets.Interop.LibCrypto;

/// <summary><c>openssl/evp.h</c>: AES-128 in ECB, block after block in place. The key is public, the blocks are secret and lie in locked memory.</summary>
internal static unsafe partial class SecretLibCrypto
{
    [LibraryImport(Name)]
    internal static partial nint EVP_CIPHER_CTX_new();

    [LibraryImport(Name)]
    internal static partial void EVP_CIPHER_CTX_free(nint c);

    [LibraryImport(Name)]
    private static partial nint EVP_aes_128_ecb();

    [LibraryImport(Name)]
    private static partial int EVP_EncryptInit_ex(nint ctx, nint cipher, nint impl, ReadOnlySpan<byte> key, nint iv);

    [LibraryImport(Name)]
    private static partial int EVP_CIPHER_CTX_set_padding(nint c, int pad);

    [LibraryImport(Name)]
    private static partial int EVP_EncryptUpdate(nint ctx, byte* @out, out int outl, byte* @in, int inl);

    /// <summary>Sets a context to AES-128 under a key of 16 bytes.</summary>
    internal static void SetAes128(nint context, ReadOnlySpan<byte> key)
    {
        Public.MustSucceed(EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), 0, key, 0));
        Public.MustSucceed(EVP_CIPHER_CTX_set_padding(context, 0));
    }

    /// <summary>Encrypts whole blocks where they stand.</summary>
    internal static void EncryptInPlace(nint context, byte* blocks, int length)
    {
        Public.MustSucceed(EVP_EncryptUpdate(context, blocks, out var written, blocks, length));
        if (written != length)
            throw new Cryptography.Interop.NativeFailureException(nameof(EVP_EncryptUpdate), written);
    }
}
