using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>B's side of the all-but-one seeds (spec §5.2): grows every tree whole and says what A needs to get all leaves but one.</summary>
internal static class GrownTrees
{
    /// <param name="keys">K_{0,0}, K_{0,1}, K_{1,0}, … of all base OTs, 32 bytes each: instance 4i + l serves level l of tree i.</param>
    /// <param name="message">Where each tree's corrections ‖ t̃ ‖ h go.</param>
    internal static OtReceiverSeeds Grow(Digest32 setupSid, ReadOnlySpan<byte> keys, Span<byte> message)
    {
        var leaves = SecureMemory.Allocate(SetupSizes.AllSeeds);
        using var hash = new SeedTreeHash(setupSid);
        using var workspace = new SeedTreeWorkspace();
        for (var i = 0; i < SetupSizes.Trees; i++)
        {
            var tree = message.Slice(i * SetupLayout.Tree, SetupLayout.Tree);
            var ownKeys = keys.Slice(i * 2 * SetupSizes.Levels * SetupSizes.Node, 2 * SetupSizes.Levels * SetupSizes.Node);
            GrowOne(i, hash, workspace, ownKeys, tree[..SetupLayout.Corrections]);
            Prove(i, hash, workspace, tree[SetupLayout.Corrections..]);

            var nodes = workspace.Nodes(SetupSizes.Levels - 1);
            for (var y = 0; y < SetupSizes.Leaves; y++)
                SeedTreeWorkspace.NodeOf(nodes, y)[..SetupSizes.Seed].CopyTo(leaves.DangerousSpan[(i * SetupSizes.TreeSeeds + y * SetupSizes.Seed)..]);
        }
        return new(leaves);
    }

    private static void GrowOne(int tree, SeedTreeHash hash, SeedTreeWorkspace workspace, ReadOnlySpan<byte> keys, Span<byte> corrections)
    {
        // 1. Level 0: s_{0,0} = K^{(0)}_0, s_{0,1} = K^{(0)}_1.
        keys[..(2 * SetupSizes.Node)].CopyTo(workspace.Nodes(0));

        // 2. For l = 1..3: (s_{l,2y}, s_{l,2y+1}) = G2(i, l, y, s_{l−1,y}); t_{l,c} = K^{(l)}_c ⊕ ⊕_y s_{l,2y+c}.
        for (var level = 1; level < SetupSizes.Levels; level++)
        {
            Span<byte> parents = workspace.Nodes(level - 1), nodes = workspace.Nodes(level);
            var sums = corrections.Slice((level - 1) * 2 * SetupSizes.Node, 2 * SetupSizes.Node);
            keys.Slice(level * 2 * SetupSizes.Node, 2 * SetupSizes.Node).CopyTo(sums);
            for (var y = 0; y < 1 << level; y++)
            {
                var children = nodes.Slice(2 * y * SetupSizes.Node, 2 * SetupSizes.Node);
                hash.Expand(children, tree, level, y, SeedTreeWorkspace.NodeOf(parents, y));
                MaskedBytes.XorInto(sums, children);
            }
        }
    }

    /// <summary>3. v_y of all leaves; t̃ = ⊕_y v_y; h over all v_y.</summary>
    private static void Prove(int tree, SeedTreeHash hash, SeedTreeWorkspace workspace, Span<byte> proof)
    {
        Span<byte> nodes = workspace.Nodes(SetupSizes.Levels - 1), values = workspace.CheckValues;
        var sum = proof[..SetupLayout.LeafCheck];
        sum.Clear();
        for (var y = 0; y < SetupSizes.Leaves; y++)
        {
            var value = SeedTreeWorkspace.CheckOf(values, y);
            hash.Check(value, tree, y, SeedTreeWorkspace.NodeOf(nodes, y));
            MaskedBytes.XorInto(sum, value);
        }
        hash.Digest(proof[SetupLayout.LeafCheck..], tree, values);
    }
}
