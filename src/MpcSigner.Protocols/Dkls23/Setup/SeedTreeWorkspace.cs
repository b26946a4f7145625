using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>Locked memory for one tree after the other: two levels of nodes and the check values of the leaves.</summary>
internal sealed class SeedTreeWorkspace : IDisposable
{
    private const int Level = SetupSizes.Leaves * SetupSizes.Node;

    private readonly SecureMemory _memory = SecureMemory.Allocate(2 * Level + SetupSizes.Leaves * SetupLayout.LeafCheck);

    /// <summary>The 2^(l+1) nodes of level l, 32 bytes each. A level and the one below it lie apart.</summary>
    internal Span<byte> Nodes(int level) => _memory.DangerousSpan.Slice(level % 2 * Level, SetupSizes.Node << level + 1);

    /// <summary>v_0 ‖ … ‖ v_15.</summary>
    internal Span<byte> CheckValues => _memory.DangerousSpan[(2 * Level)..];

    internal static Span<byte> NodeOf(Span<byte> nodes, int y) => nodes.Slice(y * SetupSizes.Node, SetupSizes.Node);

    internal static Span<byte> CheckOf(Span<byte> values, int y) => values.Slice(y * SetupLayout.LeafCheck, SetupLayout.LeafCheck);

    public void Dispose() => _memory.Dispose();
}
