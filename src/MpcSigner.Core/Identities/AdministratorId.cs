using System.Diagnostics.CodeAnalysis;

namespace MpcSigner.Core.Identities;

/// <summary>An administrator: SHA-256 of its signing key. Names who signed an order.</summary>
public readonly record struct AdministratorId(Bytes32 Value) : IComparable<AdministratorId>
{
    public const int Size = Bytes32.Size;

    /// <param name="bytes">Exactly 32 bytes.</param>
    public AdministratorId(ReadOnlySpan<byte> bytes) : this(new Bytes32(bytes)) { }

    public static bool TryParse([NotNullWhen(true)] string? hex, out AdministratorId value)
    {
        var read = Bytes32.TryParse(hex, out var bytes);
        value = new(bytes);
        return read;
    }

    public void CopyTo(Span<byte> destination) => Value.CopyTo(destination);

    public byte[] ToArray() => Value.ToArray();

    /// <summary>Ascending, as the signers of an order are listed.</summary>
    public int CompareTo(AdministratorId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();
}
