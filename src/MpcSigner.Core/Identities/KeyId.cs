using System.Diagnostics.CodeAnalysis;

namespace MpcSigner.Core.Identities;

/// <summary>A key: H("key-id"; H(order), u16 k) (spec §9). Nobody chooses it.</summary>
public readonly record struct KeyId(Bytes32 Value)
{
    public const int Size = Bytes32.Size;

    /// <param name="bytes">Exactly 32 bytes.</param>
    public KeyId(ReadOnlySpan<byte> bytes) : this(new Bytes32(bytes)) { }

    public static bool TryParse([NotNullWhen(true)] string? hex, out KeyId value)
    {
        var read = Bytes32.TryParse(hex, out var bytes);
        value = new(bytes);
        return read;
    }

    public void CopyTo(Span<byte> destination) => Value.CopyTo(destination);

    public byte[] ToArray() => Value.ToArray();

    public override string ToString() => Value.ToString();
}
