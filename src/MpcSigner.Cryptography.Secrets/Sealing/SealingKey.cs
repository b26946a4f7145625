using System.Diagnostics;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>One generation of the key that shares are sealed under at rest. Destroying a generation is what erases the shares under it.</summary>
/// <remarks>Random, and stored only wrapped under the operator's <see cref="KeyEncryptionKey"/>: forgetting the wrapped form forgets it.</remarks>
[DebuggerDisplay("<redacted>")]
public sealed class SealingKey : IDisposable
{
    private const int Size = 32;

    private readonly SecureMemory _key;

    private SealingKey(uint generation, SecureMemory key) => (Generation, _key) = (generation, key);

    /// <summary>Rises by one with each rotation of the sealing key.</summary>
    public uint Generation { get; }

    public static SealingKey Generate(uint generation, IRandomSource random) => new(generation, SecureMemory.Random(Size, random));

    /// <summary>The form that is stored.</summary>
    public byte[] Wrap(KeyEncryptionKey wrapper, NodeId nid, IRandomSource random)
    {
        using var key = _key.Borrow();
        using var wrapping = wrapper.Borrow();
        return SealedBytes.Seal(wrapping.Span, Generation, SealingContext.ForSealingKey(nid), key.Span, random);
    }

    /// <summary>Reads the stored form; the generation in it is authenticated.</summary>
    public static OpenResult TryUnwrap(ReadOnlySpan<byte> wrapped, KeyEncryptionKey wrapper, NodeId nid, out SealingKey? sealingKey)
    {
        sealingKey = null;
        if (!SealedBytes.TryReadGeneration(wrapped, out var generation))
            return OpenResult.Malformed;
        using var wrapping = wrapper.Borrow();
        var result = SealedBytes.TryOpen(wrapping.Span, generation, SealingContext.ForSealingKey(nid), wrapped, out var key);
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
