using System.Buffers.Binary;

namespace MpcSigner.Core.Identities;

/// <summary>iid: 16 random bytes of one process start. Peers accept only the newest of a node, by its start counter (spec §4.1).</summary>
public readonly record struct InstanceId
{
    public const int Size = 16;

    private readonly UInt128 _value;

    /// <param name="bytes">Exactly 16 bytes.</param>
    public InstanceId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"expected {Size} bytes, got {bytes.Length}", nameof(bytes));
        _value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    public void CopyTo(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, _value);

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    public override string ToString() => Convert.ToHexStringLower(ToArray());
}
