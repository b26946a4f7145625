using System.Diagnostics;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Sealing;

namespace MpcSigner.Node.Vault;

/// <summary>What operators give at each start: a passphrase, a key file's bytes, or the secret that a quorum put together, in locked memory. Opens the key that wraps the node's sealing key.</summary>
[DebuggerDisplay("<redacted>")]
internal sealed class OperatorSecret : IDisposable
{
    private readonly SecureMemory _bytes;
    private readonly Argon2idParameters _costs;
    private readonly byte[] _shape;

    private OperatorSecret(SealKind kind, SecureMemory bytes, Argon2idParameters? costs = null, byte[]? shape = null) =>
        (Kind, _bytes, _costs, _shape) = (kind, bytes, costs ?? Argon2idParameters.Default, shape ?? []);

    public SealKind Kind { get; }

    /// <summary>What a quorum's header may say of its operators.</summary>
    public const int MaxShapeBytes = 4_096;

    /// <param name="bytes">Taken over.</param>
    /// <param name="costs">What a new header will say; a stored one says its own. Null: the default.</param>
    public static OperatorSecret Passphrase(SecureMemory bytes, Argon2idParameters? costs = null) =>
        new(SealKind.Passphrase, bytes, costs);

    /// <param name="bytes">The whole file; taken over.</param>
    public static OperatorSecret KeyFile(SecureMemory bytes) => new(SealKind.KeyFile, bytes);

    /// <param name="secret">32 uniform bytes; taken over.</param>
    /// <param name="shape">How many operators of how many, and what verifies their shares: kept in clear in the file's header. At most <see cref="MaxShapeBytes"/>.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static OperatorSecret Quorum(SecureMemory secret, byte[] shape)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shape.Length, MaxShapeBytes);
        return secret.Length == KeyEncryptionKey.Size
            ? new(SealKind.Quorum, secret, shape: shape)
            : throw new ArgumentException($"expected {KeyEncryptionKey.Size} bytes, got {secret.Length}", nameof(secret));
    }

    /// <summary>What a quorum's generation says of its operators: the header after the key's verifier.</summary>
    /// <exception cref="VaultException">The header is damaged.</exception>
    public static byte[] QuorumShape(ReadOnlySpan<byte> header) => header.Length >= KeyEncryptionKey.VerifierSize
        ? header[KeyEncryptionKey.VerifierSize..].ToArray()
        : throw new VaultException(VaultRefusal.Damaged, "The sealed identity's quorum header is damaged. Restore the file from a backup.");

    /// <summary>A key under this secret, and what to store in clear to find it again.</summary>
    internal KeyEncryptionKey CreateKey(IRandomSource random, out byte[] header)
    {
        switch (Kind)
        {
            case SealKind.Passphrase:
                if (_bytes.Length is < PassphraseKey.MinPassphraseBytes or > PassphraseKey.MaxPassphraseBytes)
                    throw new VaultException(VaultRefusal.SecretUnavailable,
                        $"The passphrase has {_bytes.Length} bytes; {PassphraseKey.MinPassphraseBytes} to {PassphraseKey.MaxPassphraseBytes} are asked for. Choose another.");
                try
                {
                    return PassphraseKey.Create(_bytes, _costs, random, out header);
                }
                catch (InsufficientMemoryException e)
                {
                    throw NotEnoughMemory(e);
                }
            case SealKind.KeyFile:
                var key = ReadKeyFile();
                header = key.Verifier.ToArray();
                return key;
            case SealKind.Quorum:
                var together = KeyEncryptionKey.FromQuorum(_bytes);
                header = [.. together.Verifier, .. _shape];
                return together;
            case SealKind.Token:
                break;
        }
        throw new UnreachableException("no operator's secret is of a token");
    }

    /// <summary>The key of a stored header.</summary>
    /// <exception cref="VaultException">The header is damaged, the secret is wrong, memory is short.</exception>
    internal KeyEncryptionKey OpenKey(SealKind storedKind, ReadOnlySpan<byte> header)
    {
        if (storedKind != Kind)
            throw new VaultException(VaultRefusal.OtherKindOfSecret, $"This node was sealed under a {storedKind.Name()}, and a {Kind.Name()} was given. Correct the options.");
        if (Kind != SealKind.Passphrase)
        {
            var read = Kind == SealKind.KeyFile ? ReadKeyFile() : KeyEncryptionKey.FromQuorum(_bytes);
            var verifier = Kind == SealKind.KeyFile ? header : header[..Math.Min(header.Length, KeyEncryptionKey.VerifierSize)];
            if (verifier.Length == KeyEncryptionKey.VerifierSize && read.Matches(verifier))
                return read;
            read.Dispose();
            throw WrongSecret();
        }
        var result = PassphraseKey.TryUnlock(header, _bytes, out var key);
        return result switch
        {
            UnlockResult.Unlocked => key!,
            UnlockResult.WrongSecret => throw WrongSecret(),
            UnlockResult.NotEnoughMemory => throw NotEnoughMemory(null),
            UnlockResult.Malformed or UnlockResult.NotTried =>
                throw new VaultException(VaultRefusal.Damaged, "The sealed identity's passphrase header is damaged. Restore the file from a backup."),
        };
    }

    private KeyEncryptionKey ReadKeyFile() =>
        MpcSigner.Cryptography.Secrets.Sealing.KeyFile.TryRead(_bytes, out var key) == UnlockResult.Unlocked
            ? key!
            : throw new VaultException(VaultRefusal.SecretUnavailable, "The key file is damaged or no key file. Restore it from a backup, or correct the path.");

    private VaultException WrongSecret() =>
        new(VaultRefusal.WrongSecret, $"The {Kind.Name()} is not the one that this node was sealed under. Give the right one.");

    private static VaultException NotEnoughMemory(Exception? inner) =>
        new(VaultRefusal.NotEnoughMemory, "Deriving the key from the passphrase needs more memory than the system gives. Free memory or raise the limit.", inner);

    public override string ToString() => $"OperatorSecret({Kind}, <redacted>)";

    public void Dispose() => _bytes.Dispose();
}
