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

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint EVP_CIPHER_fetch(nint ctx, string algorithm, string? properties);

    [LibraryImport(Name)]
    private static partial int EVP_EncryptInit_ex(nint ctx, nint cipher, nint impl, ReadOnlySpan<byte> key, nint iv);

    [LibraryImport(Name)]
    private static partial int EVP_CIPHER_CTX_set_padding(nint c, int pad);

    [LibraryImport(Name)]
    private static partial int EVP_EncryptUpdate(nint ctx, byte* @out, out int outl, byte* @in, int inl);

    /// <summary>Found once: a search of the library's providers each time would cost more than the key.</summary>
    private static readonly nint Aes128 = Public.MustExist(EVP_CIPHER_fetch(0, "AES-128-ECB", null));

    /// <summary>Sets a context to AES-128 under a key of 16 bytes.</summary>
    internal static void SetAes128(nint context, ReadOnlySpan<byte> key)
    {
        Public.MustSucceed(EVP_EncryptInit_ex(context, Aes128, 0, key, 0));
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
