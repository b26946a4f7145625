using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Cryptography.Secrets.Transcripts;

/// <summary>Hs of spec §3.2 with secret fields and a secret result (pok-nonce hashes the witness). One instance makes one hash.</summary>
[DebuggerDisplay("<redacted>")]
public sealed class SecretTranscriptHash : IDisposable
{
    private readonly SecretSha512 _hash = new();
    private readonly IGroup _group;

    /// <exception cref="ArgumentException">The tag belongs to another function.</exception>
    public SecretTranscriptHash(Tag tag, IGroup group)
    {
        if (tag.Function != HashFunction.Hs)
            throw new ArgumentException($"tag {tag} does not hash to a scalar", nameof(tag));
        _group = group;
        _hash.Append(tag.Field);
        Bytes(Encoding.ASCII.GetBytes(group.Name));
    }

    public SecretTranscriptHash Bytes(ReadOnlySpan<byte> field)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)field.Length);
        _hash.Append(length).Append(field);
        return this;
    }

    /// <summary>A scalar in its group's encoding.</summary>
    public SecretTranscriptHash Secret(SecretScalar field)
    {
        using var bytes = field.Borrow();
        return Bytes(bytes.Span);
    }

    /// <summary>Secret bytes.</summary>
    public SecretTranscriptHash Secret(SecureMemory field)
    {
        using var bytes = field.Borrow();
        return Bytes(bytes.Span);
    }

    public SecretTranscriptHash U16(ushort field)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, field);
        return Bytes(bytes);
    }

    public SecretTranscriptHash Pid(PartyId field) => U16(field.Value);

    public SecretTranscriptHash Digest(Digest32 field)
    {
        Span<byte> bytes = stackalloc byte[Digest32.Size];
        field.CopyTo(bytes);
        return Bytes(bytes);
    }

    /// <exception cref="InvalidOperationException">O has no encoding.</exception>
    public SecretTranscriptHash Point(GroupPoint field) => Bytes(field.Encoded);

    /// <summary>Ends the transcript. Zero can occur: the caller then draws anew.</summary>
    public SecretScalar ToScalar() => _hash.ToScalarBigEndian(_group);

    public override string ToString() => "SecretTranscriptHash(<redacted>)";

    public void Dispose() => _hash.Dispose();
}
