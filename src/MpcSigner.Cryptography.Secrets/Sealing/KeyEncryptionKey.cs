using System.Diagnostics;
using System.Security.Cryptography;
using MpcSigner.Cryptography.Secrets.KeyAgreement;
using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>The key that an operator's secret (passphrase or key file) opens, and that wraps sealing keys. 32 bytes in locked memory.</summary>
[DebuggerDisplay("<redacted>")]
public sealed class KeyEncryptionKey : IDisposable
{
    public const int Size = 32;

    /// <summary>Bytes of the public value that tells a wrong secret from damaged data.</summary>
    public const int VerifierSize = 32;

    private readonly SecureMemory _key;
    private readonly byte[] _verifier;

    /// <param name="master">Uniform secret bytes, which stay the caller's.</param>
    internal KeyEncryptionKey(SecureMemory master)
    {
        _key = HkdfSha256.DeriveKey(master, [], "MpcSigner/key-encryption-key/1"u8, Size);
        using var verifier = HkdfSha256.DeriveKey(master, [], "MpcSigner/key-encryption-verifier/1"u8, VerifierSize);
        _verifier = verifier.DangerousSpan.ToArray();
    }

    /// <summary>From a secret that several operators put together.</summary>
    /// <param name="secret">32 uniform bytes, which stay the caller's.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static KeyEncryptionKey FromQuorum(SecureMemory secret) => secret.Length == Size
        ? new(secret)
        : throw new ArgumentException($"expected {Size} bytes, got {secret.Length}", nameof(secret));

    /// <summary>Derived one way, kept beside what is sealed; it says no more than any ciphertext does to who tries passphrases.</summary>
    public ReadOnlySpan<byte> Verifier => _verifier;

    /// <summary>Is this the key whose verifier was stored?</summary>
    public bool Matches(ReadOnlySpan<byte> storedVerifier) => CryptographicOperations.FixedTimeEquals(_verifier, storedVerifier);

    /// <summary>The key pair that sealing keys are wrapped for. Its public half makes new generations while the operator's secret is not at hand; to open one takes the secret.</summary>
    public X25519KeyPair DeriveRecipient()
    {
        using var secret = HkdfSha256.DeriveKey(_key, [], "MpcSigner/sealing-key-recipient/1"u8, X25519KeyPair.SecretKeySize);
        return X25519KeyPair.FromSecret(secret.DangerousSpan);
    }

    internal SecureMemory.Borrowed Borrow() => _key.Borrow();

    public override string ToString() => "KeyEncryptionKey(<redacted>)";

    public void Dispose() => _key.Dispose();
}
