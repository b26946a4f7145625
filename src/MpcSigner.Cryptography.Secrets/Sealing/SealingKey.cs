using System.Diagnostics;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.KeyAgreement;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>One generation of the key that shares are sealed under at rest. Destroying a generation is what erases the shares under it.</summary>
/// <remarks>
/// Random, and stored only wrapped for the operator's <see cref="KeyEncryptionKey"/>: forgetting the wrapped form forgets it. The wrap is to a public key, so that a running node makes new generations
/// without keeping the key-encryption key in memory: who reads that memory opens no older generation that he finds in a backup. It says nothing of who wrapped it: what the newest generation opens does.
/// </remarks>
[DebuggerDisplay("<redacted>")]
public sealed class SealingKey : ISealingKey
{
    private const int Size = 32;

    private readonly SecureMemory _key;

    private SealingKey(uint generation, SecureMemory key) => (Generation, _key) = (generation, key);

    /// <summary>Rises by one with each rotation of the sealing key.</summary>
    public uint Generation { get; }

    public static SealingKey Generate(uint generation, IRandomSource random) => new(generation, SecureMemory.Random(Size, random));

    /// <summary>The form that is stored: ephemeral X25519 key (32) ‖ the key, sealed under HKDF-SHA256 of the agreement with <paramref name="recipient"/>.</summary>
    /// <param name="recipient">Public half of <see cref="KeyEncryptionKey.DeriveRecipient"/>.</param>
    public byte[] Wrap(Bytes32 recipient, NodeId nid, IRandomSource random)
    {
        using var ephemeral = X25519KeyPair.Generate(random);
        if (!ephemeral.TryAgree(recipient, out var shared))
            throw new ArgumentException("the recipient's key is of small order: it was never derived", nameof(recipient));
        using (shared)
        using (var wrapping = WrappingKey(shared, ephemeral.PublicKey, recipient))
        using (var wrapper = wrapping.Borrow())
        using (var key = _key.Borrow())
            return [.. ephemeral.PublicKey.ToArray(), .. SealedBytes.Seal(wrapper.Span, Generation, SealingContext.ForSealingKey(nid), key.Span, random)];
    }

    /// <summary>Reads the stored form; the generation in it is authenticated.</summary>
    public static OpenResult TryUnwrap(ReadOnlySpan<byte> wrapped, X25519KeyPair recipient, NodeId nid, out SealingKey? sealingKey)
    {
        sealingKey = null;
        if (wrapped.Length <= X25519KeyPair.PublicKeySize)
            return OpenResult.Malformed;
        var ephemeral = new Bytes32(wrapped[..X25519KeyPair.PublicKeySize]);
        if (!recipient.TryAgree(ephemeral, out var shared))
            return OpenResult.NotAuthentic;
        using (shared)
        using (var wrapping = WrappingKey(shared, ephemeral, recipient.PublicKey))
        using (var wrapper = wrapping.Borrow())
            return TryOpen(wrapped[X25519KeyPair.PublicKeySize..], wrapper.Span, nid, out sealingKey);
    }

    /// <summary>Reads the form of the first version, sealed under the key-encryption key itself.</summary>
    public static OpenResult TryUnwrapFirstForm(ReadOnlySpan<byte> wrapped, KeyEncryptionKey wrapper, NodeId nid, out SealingKey? sealingKey)
    {
        using var wrapping = wrapper.Borrow();
        return TryOpen(wrapped, wrapping.Span, nid, out sealingKey);
    }

    private static SecureMemory WrappingKey(SecureMemory shared, Bytes32 ephemeral, Bytes32 recipient) =>
        HkdfSha256.DeriveKey(shared, [.. ephemeral.ToArray(), .. recipient.ToArray()], "MpcSigner/sealing-key-wrap/1"u8, Size);

    private static OpenResult TryOpen(ReadOnlySpan<byte> sealedKey, ReadOnlySpan<byte> wrapper, NodeId nid, out SealingKey? sealingKey)
    {
        sealingKey = null;
        if (!SealedBytes.TryReadGeneration(sealedKey, out var generation))
            return OpenResult.Malformed;
        var result = SealedBytes.TryOpen(wrapper, generation, SealingContext.ForSealingKey(nid), sealedKey, out var key);
        if (key is null)
            return result;
        if (key.Length != Size)
        {
            key.Dispose();
            return OpenResult.Malformed;
        }
        sealingKey = new(generation, key);
        return result;
    }

    public byte[] Seal(SealingContext context, SecretScalar share, IRandomSource random)
    {
        using var bytes = share.Borrow();
        return Seal(context, bytes.Span, random);
    }

    public byte[] Seal(SealingContext context, SecureMemory secret, IRandomSource random)
    {
        using var bytes = secret.Borrow();
        return Seal(context, bytes.Span, random);
    }

    /// <summary>Opens straight into locked memory.</summary>
    public OpenResult TryOpen(SealingContext context, ReadOnlySpan<byte> sealedBytes, out SecureMemory? plaintext)
    {
        using var key = _key.Borrow();
        return SealedBytes.TryOpen(key.Span, Generation, context, sealedBytes, out plaintext);
    }

    public override string ToString() => $"SealingKey(generation {Generation}, <redacted>)";

    public void Dispose() => _key.Dispose();

    private byte[] Seal(SealingContext context, ReadOnlySpan<byte> plaintext, IRandomSource random)
    {
        using var key = _key.Borrow();
        return SealedBytes.Seal(key.Span, Generation, context, plaintext, random);
    }
}
