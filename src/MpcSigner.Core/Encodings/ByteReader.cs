using System.Buffers.Binary;
using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Encodings;

/// <summary>Reads what <see cref="ByteWriter"/> writes. Every read says false at a short input and then reads no further; nothing throws.</summary>
public ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    public readonly int Remaining => _rest.Length;

    public bool U8(out byte value)
    {
        var read = Bytes(1, out var bytes);
        value = read ? bytes[0] : (byte)0;
        return read;
    }

    public bool U16(out ushort value)
    {
        var read = Bytes(2, out var bytes);
        value = read ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : (ushort)0;
        return read;
    }

    public bool U32(out uint value)
    {
        var read = Bytes(4, out var bytes);
        value = read ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : 0;
        return read;
    }

    public bool U64(out ulong value)
    {
        var read = Bytes(8, out var bytes);
        value = read ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : 0;
        return read;
    }

    public bool Bytes32(out Bytes32 value)
    {
        var read = Bytes(Identities.Bytes32.Size, out var bytes);
        value = read ? new(bytes) : default;
        return read;
    }

    /// <param name="count">Bytes to take; a negative one reads as short.</param>
    public bool Bytes(int count, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (count < 0 || count > _rest.Length)
        {
            _rest = default;
            return false;
        }
        value = _rest[..count];
        _rest = _rest[count..];
        return true;
    }

    /// <summary>u32 length ‖ bytes, the length at most <paramref name="max"/>.</summary>
    public bool Block(int max, out ReadOnlySpan<byte> value)
    {
        value = default;
        return U32(out var length) && length <= (uint)max && Bytes((int)length, out value);
    }
}
