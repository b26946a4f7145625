using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Cryptography.Transcripts;

/// <summary>
/// H, Hs and H64 of spec §3.2 over public fields: every field is preceded by its length, so that two different lists of
/// fields never give the same preimage. One instance makes one hash.
/// </summary>
/// <remarks>A secret field goes through <c>SecretTranscriptHash</c>: this one leaves copies of its input on the managed heap.</remarks>
public sealed class TranscriptHash
{
    /// <summary>What is gathered before it goes through the hash; most transcripts fit and take one call.</summary>
    private const int BufferSize = 1024;

    private readonly Tag _tag;
    private readonly IGroup? _group;
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _length;
    private IncrementalHash? _overflow;

    /// <summary>H(tag; …) or H64(tag; …).</summary>
    /// <exception cref="ArgumentException">The tag belongs to Hs, which needs a group.</exception>
    public TranscriptHash(Tag tag)
    {
        if (tag.Function == HashFunction.Hs)
            throw new ArgumentException($"tag {tag} hashes to a scalar: name the group", nameof(tag));
        _tag = tag;
        Append(tag.Field);
    }

    /// <summary>Hs(tag; …) of a group, whose name is the first field.</summary>
    /// <exception cref="ArgumentException">The tag belongs to another function.</exception>
    public TranscriptHash(Tag tag, IGroup group)
    {
        if (tag.Function != HashFunction.Hs)
            throw new ArgumentException($"tag {tag} does not hash to a scalar", nameof(tag));
        _tag = tag;
        _group = group;
        Append(tag.Field);
        Text(group.Name);
    }

    public TranscriptHash Bytes(ReadOnlySpan<byte> field)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)field.Length);
        Append(length);
        Append(field);
        return this;
    }

    /// <summary>One field made of two parts, <paramref name="head"/> ‖ <paramref name="tail"/>, as in "list (pid_j ‖ com_j)".</summary>
    public TranscriptHash Joined(ushort head, ReadOnlySpan<byte> tail)
    {
        Span<byte> start = stackalloc byte[6];
        BinaryPrimitives.WriteUInt32BigEndian(start, (uint)(2 + tail.Length));
        BinaryPrimitives.WriteUInt16BigEndian(start[4..], head);
        Append(start);
        Append(tail);
        return this;
    }

    public TranscriptHash Joined(PartyId pid, Bytes32 tail)
    {
        Span<byte> bytes = stackalloc byte[Core.Identities.Bytes32.Size];
        tail.CopyTo(bytes);
        return Joined(pid.Value, bytes);
    }

    public TranscriptHash U8(byte field) => Bytes([field]);

    public TranscriptHash U16(ushort field)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, field);
        return Bytes(bytes);
    }

    public TranscriptHash U32(uint field)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, field);
        return Bytes(bytes);
    }

    public TranscriptHash U64(ulong field)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, field);
        return Bytes(bytes);
    }

    public TranscriptHash Bytes32(Bytes32 field)
    {
        Span<byte> bytes = stackalloc byte[Core.Identities.Bytes32.Size];
        field.CopyTo(bytes);
        return Bytes(bytes);
    }

    public TranscriptHash Digest(Digest32 field) => Bytes32(field.Value);

    public TranscriptHash Pid(PartyId field) => U16(field.Value);

    /// <summary>The u8 "version" of the specification, the first field of most contexts.</summary>
    public TranscriptHash Version() => U8(Tags.Version);

    /// <summary>An ASCII name: a suite's or a curve's.</summary>
    public TranscriptHash Text(string field)
    {
        Span<byte> bytes = stackalloc byte[64];
        var status = Ascii.FromUtf16(field, bytes, out var written);
        if (status != OperationStatus.Done)
            throw new ArgumentException("expected at most 64 ASCII characters", nameof(field));
        return Bytes(bytes[..written]);
    }

    /// <exception cref="InvalidOperationException">O has no encoding.</exception>
    public TranscriptHash Point(GroupPoint field) => Bytes(field.Encoded);

    public TranscriptHash Points(ReadOnlySpan<GroupPoint> fields)
    {
        foreach (var point in fields)
            Point(point);
        return this;
    }

    public TranscriptHash Scalar(PublicScalar field)
    {
        Span<byte> bytes = stackalloc byte[IGroup.ScalarSize];
        field.CopyTo(bytes);
        return Bytes(bytes);
    }

    /// <summary>The u16 count that precedes the elements of a list.</summary>
    /// <exception cref="OverflowException">More than 65,535 elements.</exception>
    public TranscriptHash Count(int elements) => U16(checked((ushort)elements));

    /// <summary>Ends an H transcript.</summary>
    public Digest32 ToDigest()
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Finish(HashFunction.H, digest);
        return new(digest);
    }

    /// <summary>Ends an H64 transcript.</summary>
    public byte[] ToDigest64()
    {
        var digest = new byte[SHA512.HashSizeInBytes];
        Finish(HashFunction.H64, digest);
        return digest;
    }

    /// <summary>Ends an Hs transcript: the digest read big endian, mod q.</summary>
    public PublicScalar ToScalar()
    {
        Span<byte> digest = stackalloc byte[SHA512.HashSizeInBytes];
        Finish(HashFunction.Hs, digest);
        return _group!.ReduceWideBigEndian(digest);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        var buffer = _buffer ?? throw new InvalidOperationException($"the transcript {_tag} has ended");
        if (bytes.Length <= buffer.Length - _length)
        {
            bytes.CopyTo(buffer.AsSpan(_length));
            _length += bytes.Length;
            return;
        }
        _overflow ??= IncrementalHash.CreateHash(_tag.Function == HashFunction.H ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512);
        _overflow.AppendData(buffer.AsSpan(0, _length));
        _length = 0;
        if (bytes.Length > buffer.Length)
        {
            _overflow.AppendData(bytes);
            return;
        }
        bytes.CopyTo(buffer);
        _length = bytes.Length;
    }

    private void Finish(HashFunction asked, Span<byte> digest)
    {
        if (asked != _tag.Function)
            throw new InvalidOperationException($"tag {_tag} belongs to {_tag.Function}, not to {asked}");
        var buffer = _buffer ?? throw new InvalidOperationException($"the transcript {_tag} has ended");
        _buffer = null;
        if (_overflow is not null)
        {
            using (_overflow)
            {
                _overflow.AppendData(buffer.AsSpan(0, _length));
                _overflow.GetHashAndReset(digest);
            }
        }
        else if (asked == HashFunction.H)
        {
            SHA256.HashData(buffer.AsSpan(0, _length), digest);
        }
        else
        {
            SHA512.HashData(buffer.AsSpan(0, _length), digest);
        }
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
