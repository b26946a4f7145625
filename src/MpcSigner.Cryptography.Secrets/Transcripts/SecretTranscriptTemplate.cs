using System.Buffers.Binary;
using System.Diagnostics;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Cryptography.Secrets.Transcripts;

/// <summary>H or H64 of spec §3.2 over secret fields of fixed lengths, made once and hashed again and again with some fields changed.</summary>
/// <remarks>The preimage lies in locked memory with its length prefixes in place, so that a hash is one call. For one thread, within one computation.</remarks>
[DebuggerDisplay("<redacted>")]
internal sealed class SecretTranscriptTemplate : IDisposable
{
    private const int PrefixSize = 4;

    private readonly SecureMemory _preimage;
    private readonly HashFunction _function;
    private readonly int[] _starts;
    private readonly int[] _lengths;

    /// <param name="lengths">Bytes of each field, in order; all zero at first.</param>
    /// <exception cref="ArgumentException">The tag belongs to Hs.</exception>
    internal SecretTranscriptTemplate(Tag tag, params int[] lengths)
    {
        if (tag.Function == HashFunction.Hs)
            throw new ArgumentException($"tag {tag} hashes to a scalar", nameof(tag));
        _function = tag.Function;
        _lengths = lengths;
        _starts = new int[lengths.Length];
        _preimage = SecureMemory.Allocate(tag.Field.Length + lengths.Sum(length => PrefixSize + length));
        tag.Field.CopyTo(_preimage.DangerousSpan);
        var at = tag.Field.Length;
        for (var i = 0; i < lengths.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(_preimage.DangerousSpan[at..], (uint)lengths[i]);
            _starts[i] = at + PrefixSize;
            at += PrefixSize + lengths[i];
        }
    }

    /// <summary>Bytes of the digest: 32 or 64.</summary>
    internal int DigestSize => _function == HashFunction.H ? SecretSodium.crypto_hash_sha256_BYTES : SecretSodium.crypto_hash_sha512_BYTES;

    /// <summary>A field's bytes, to be written.</summary>
    internal Span<byte> this[int field] => _preimage.DangerousSpan.Slice(_starts[field], _lengths[field]);

    /// <summary>Hashes the fields as they stand.</summary>
    /// <param name="digest">Exactly <see cref="DigestSize"/> bytes.</param>
    internal void Hash(Span<byte> digest)
    {
        if (digest.Length != DigestSize)
            throw new ArgumentException($"expected {DigestSize} bytes, got {digest.Length}", nameof(digest));
        ReadOnlySpan<byte> preimage = _preimage.DangerousSpan;
        Libsodium.MustSucceed(_function == HashFunction.H
            ? SecretSodium.crypto_hash_sha256(digest, preimage, (ulong)preimage.Length)
            : SecretSodium.crypto_hash_sha512(digest, preimage, (ulong)preimage.Length));
    }

    /// <summary>H of the fields as they stand, for a digest that everybody may know.</summary>
    internal Digest32 ToPublicDigest()
    {
        Span<byte> digest = stackalloc byte[Digest32.Size];
        Hash(digest);
        return new(digest);
    }

    public override string ToString() => "SecretTranscriptTemplate(<redacted>)";

    public void Dispose() => _preimage.Dispose();
}
