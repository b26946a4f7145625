using System.Buffers.Binary;

namespace MpcSigner.Cryptography.Scalars;

/// <summary>256 bits in four limbs, least significant first: the working form of a scalar while one operation lasts.</summary>
internal struct Scalar256(ulong l0, ulong l1, ulong l2, ulong l3)
{
    internal const int Size = 32;

    internal ulong L0 = l0, L1 = l1, L2 = l2, L3 = l3;

    internal static Scalar256 ReadBigEndian(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Size];
        return new(
            BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt64BigEndian(bytes));
    }

    internal readonly void WriteBigEndian(Span<byte> bytes)
    {
        bytes = bytes[..Size];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, L3);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], L2);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], L1);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], L0);
    }
}

/// <summary>512 bits: a product, or a digest that is to be reduced.</summary>
internal struct Wide512
{
    internal const int Size = 64;

    internal Scalar256 Low, High;

    internal static Wide512 ReadBigEndian(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Size];
        return new() { High = Scalar256.ReadBigEndian(bytes), Low = Scalar256.ReadBigEndian(bytes[Scalar256.Size..]) };
    }

    internal static Wide512 ReadLittleEndian(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Size];
        return new() { Low = ReadHalf(bytes), High = ReadHalf(bytes[Scalar256.Size..]) };
    }

    private static Scalar256 ReadHalf(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
}
