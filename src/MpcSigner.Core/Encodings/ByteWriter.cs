using System.Buffers.Binary;
using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Encodings;

/// <summary>Appends big-endian integers and byte strings: the fixed encodings of the wire document. For public values; it never wipes.</summary>
public sealed class ByteWriter(int capacity = 256)
{
    private byte[] _buffer = new byte[Math.Max(capacity, 16)];
    private int _length;

    public int Length => _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public ByteWriter U8(byte value)
    {
        Reserve(1)[0] = value;
        return this;
    }

    public ByteWriter U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Reserve(2), value);
        return this;
    }

    public ByteWriter U32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Reserve(4), value);
        return this;
    }

    public ByteWriter U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Reserve(8), value);
        return this;
    }

    public ByteWriter Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        return this;
    }

    public ByteWriter Bytes32(Bytes32 value)
    {
        value.CopyTo(Reserve(Identities.Bytes32.Size));
        return this;
    }

    /// <summary>u32 length ‖ bytes.</summary>
    public ByteWriter Block(ReadOnlySpan<byte> value) => U32((uint)value.Length).Bytes(value);

    public byte[] ToArray() => Written.ToArray();

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _length < count)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        var span = _buffer.AsSpan(_length, count);
        _length += count;
        return span;
    }
}
