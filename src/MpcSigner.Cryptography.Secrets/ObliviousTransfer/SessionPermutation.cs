using System.Runtime.ConstrainedExecution;
using MpcSigner.Cryptography.Secrets.Interop.LibCrypto;
using Public = MpcSigner.Cryptography.Interop.LibCrypto.LibCrypto;

namespace MpcSigner.Cryptography.Secrets.ObliviousTransfer;

/// <summary>π_K of spec §3.3: AES-128 under a key of one session, by libcrypto (AES instructions, or its constant-time code without them).</summary>
/// <remarks>The key may be public; the blocks are not, and are encrypted where they stand in locked memory.</remarks>
internal sealed unsafe class SessionPermutation : CriticalFinalizerObject, IDisposable
{
    internal const int KeySize = 16;
    internal const int BlockSize = 16;

    private nint _context = Public.MustExist(SecretLibCrypto.EVP_CIPHER_CTX_new());

    /// <param name="key">16 bytes.</param>
    internal SessionPermutation(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeySize)
            throw new ArgumentException($"expected {KeySize} bytes, got {key.Length}", nameof(key));
        SecretLibCrypto.SetAes128(_context, key);
    }

    ~SessionPermutation() => Free();

    /// <summary>Every block b becomes π_K(b).</summary>
    /// <param name="blocks">A multiple of 16 bytes.</param>
    internal void Apply(Span<byte> blocks)
    {
        if (blocks.Length % BlockSize != 0)
            throw new ArgumentException("expected whole blocks", nameof(blocks));
        ObjectDisposedException.ThrowIf(_context == 0, this);
        fixed (byte* first = blocks)
            SecretLibCrypto.EncryptInPlace(_context, first, blocks.Length);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        SecretLibCrypto.EVP_CIPHER_CTX_free(_context);
        _context = 0;
    }
}
