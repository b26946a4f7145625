using System.Diagnostics.CodeAnalysis;

namespace MpcSigner.Core.Identities;

/// <summary>A protocol session: u64 start counter of the initiator's instance ‖ u64 sequence ‖ 16 random bytes (spec §4.5).</summary>
public readonly record struct SessionId(Bytes32 Value)
{
    public const int Size = Bytes32.Size;

    /// <param name="bytes">Exactly 32 bytes.</param>
    public SessionId(ReadOnlySpan<byte> bytes) : this(new Bytes32(bytes)) { }

    public static bool TryParse([NotNullWhen(true)] string? hex, out SessionId value)
    {
        var read = Bytes32.TryParse(hex, out var bytes);
        value = new(bytes);
        return read;
    }

    public void CopyTo(Span<byte> destination) => Value.CopyTo(destination);

    public byte[] ToArray() => Value.ToArray();

    public override string ToString() => Value.ToString();
}
