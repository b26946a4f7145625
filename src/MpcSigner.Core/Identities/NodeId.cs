using System.Diagnostics.CodeAnalysis;

namespace MpcSigner.Core.Identities;

/// <summary>nid: a node's stable identity, SHA-256 of its first Ed25519 identity key (spec §4.1). Never changes, whatever the node's current key.</summary>
public readonly record struct NodeId(Bytes32 Value) : IComparable<NodeId>
{
    public const int Size = Bytes32.Size;

    /// <param name="bytes">Exactly 32 bytes.</param>
    public NodeId(ReadOnlySpan<byte> bytes) : this(new Bytes32(bytes)) { }

    public static bool TryParse([NotNullWhen(true)] string? hex, out NodeId value)
    {
        var read = Bytes32.TryParse(hex, out var bytes);
        value = new(bytes);
        return read;
    }

    public void CopyTo(Span<byte> destination) => Value.CopyTo(destination);

    public byte[] ToArray() => Value.ToArray();

    /// <summary>Ascending nid order, as joins and pair setups are sorted.</summary>
    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();
}
