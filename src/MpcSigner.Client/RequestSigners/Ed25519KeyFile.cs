using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using MpcSigner.Client.Errors;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Client;

/// <summary>An Ed25519 private key in a file that only its owner may read: PKCS #8 in PEM (RFC 8410), as <c>openssl genpkey -algorithm ed25519</c> writes it.</summary>
/// <remarks>While it is used the key lives in locked memory, which is wiped when this object is disposed.</remarks>
public sealed class Ed25519KeyFile : IRequestSigner, IDisposable
{
    private const int SeedBytes = IdentityKey.SeedSize;

    /// <summary>A key's file has 119 bytes; one with the optional public key, below 200.</summary>
    private const int MaxFileBytes = 4096;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly IdentityKey _key;

    private Ed25519KeyFile(IdentityKey key)
    {
        _key = key;
        PublicKey = key.PublicKey.Bytes.ToArray();
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>PrivateKeyInfo of an Ed25519 key up to its seed: version 0, algorithm 1.3.101.112, OCTET STRING in OCTET STRING (RFC 8410 §7).</summary>
    private static ReadOnlySpan<byte> Prefix => [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

    /// <summary>Makes a new key and writes its file, readable by its owner only.</summary>
    /// <exception cref="IOException">The file is there already, or cannot be written.</exception>
    public static Ed25519KeyFile Create(string path)
    {
        Span<byte> der = stackalloc byte[Prefix.Length + SeedBytes];
        Span<byte> text = stackalloc byte[256];
        try
        {
            Prefix.CopyTo(der);
            SystemRandomSource.Instance.Fill(der[Prefix.Length..]);
            var length = 0;
            "-----BEGIN PRIVATE KEY-----\n"u8.CopyTo(text);
            length += "-----BEGIN PRIVATE KEY-----\n"u8.Length;
            if (Base64.EncodeToUtf8(der, text[length..], out _, out var written) != OperationStatus.Done)
                throw new InvalidOperationException("a key did not fit its file");
            length += written;
            "\n-----END PRIVATE KEY-----\n"u8.CopyTo(text[length..]);
            length += "\n-----END PRIVATE KEY-----\n"u8.Length;

            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnly;
            using var file = new FileStream(path, options);
            file.Write(text[..length]);
            file.Flush(flushToDisk: true);
            return new(IdentityKey.FromSeed(der[Prefix.Length..]));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <summary>Reads a key's file.</summary>
    /// <exception cref="MpcSignerException">CONFIGURATION: the file is missing, readable by others, or not an Ed25519 key.</exception>
    public static Ed25519KeyFile Load(string path)
    {
        Span<byte> text = stackalloc byte[MaxFileBytes];
        Span<byte> der = stackalloc byte[MaxFileBytes];
        try
        {
            var length = Read(path, text);
            return TryDecode(text[..length], der, out var seed)
                ? new(IdentityKey.FromSeed(seed))
                : throw Failures.Configuration($"{path} is not an Ed25519 private key in PKCS #8 PEM.", "Give the file that cluster init or openssl genpkey -algorithm ed25519 wrote.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
            CryptographicOperations.ZeroMemory(der);
        }
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_key.Sign(message.Span));
    }

    /// <summary>Wipes the key from memory; its file stays.</summary>
    public void Dispose() => _key.Dispose();

    private static int Read(string path, Span<byte> text)
    {
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != 0)
                throw Failures.Configuration($"The private key {path} can be read or written by others than its owner.", $"Run: chmod 600 {path}");
            var length = RandomAccess.Read(file, text, 0);
            return length < text.Length ? length : 0; // a longer file is no key
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failures.Configuration($"The private key {path} cannot be read: {e.Message}", "Check the path and its permissions.", e);
        }
    }

    private static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> der, out ReadOnlySpan<byte> seed)
    {
        seed = default;
        if (!PemEncoding.TryFindUtf8(text, out var fields) || !text[fields.Label].SequenceEqual("PRIVATE KEY"u8))
            return false;
        if (Base64.DecodeFromUtf8(text[fields.Base64Data], der, out _, out var length) != OperationStatus.Done)
            return false;
        if (length != Prefix.Length + SeedBytes || !der[..Prefix.Length].SequenceEqual(Prefix))
            return false;
        seed = der.Slice(Prefix.Length, SeedBytes);
        return true;
    }
}
