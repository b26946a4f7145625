using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>A's side of the all-but-one seeds (spec §5.2): every leaf but y* of each tree, and the proof that B has one well-defined vector of leaves.</summary>
/// <remarks>
/// y* becomes Δ_i and stays secret: every node is treated alike, the missing one is expanded like the others (from zero) and masked away.
/// No branch and no index depends on a choice bit or on y*.
/// </remarks>
internal static class PuncturedTrees
{
    /// <param name="choices">The choice bits of the base OTs.</param>
    /// <param name="keys">K of all base OTs, 32 bytes each: instance 4i + l serves level l of tree i.</param>
    /// <param name="message">Each tree's corrections ‖ t̃ ‖ h, as they came.</param>
    /// <returns>Null if the verdict, the AND over all 32 trees, is false; which tree it was is not known even here.</returns>
    internal static OtSenderSeeds? TryPuncture(Digest32 setupSid, ReadOnlySpan<byte> choices, ReadOnlySpan<byte> keys, ReadOnlySpan<byte> message)
    {
        var seeds = new OtSenderSeeds(SecureMemory.Allocate(SetupSizes.Delta), SecureMemory.Allocate(SetupSizes.AllSeeds));
        using var hash = new SeedTreeHash(setupSid);
        using var workspace = new SeedTreeWorkspace();
        using var scratch = SecureMemory.Allocate(2 * SetupSizes.Node);
        ulong difference = 0;
        for (var i = 0; i < SetupSizes.Trees; i++)
        {
            var tree = message.Slice(i * SetupLayout.Tree, SetupLayout.Tree);
            var ownKeys = keys.Slice(i * SetupSizes.Levels * SetupSizes.Node, SetupSizes.Levels * SetupSizes.Node);
            var missing = Puncture(i, hash, workspace, scratch.DangerousSpan, choices, ownKeys, tree[..SetupLayout.Corrections]);
            difference |= Verify(i, hash, workspace, scratch.DangerousSpan, missing, tree[SetupLayout.Corrections..]);
            Keep(i, workspace.Nodes(SetupSizes.Levels - 1), missing, seeds);
        }
        if (difference == 0)
            return seeds;
        seeds.Dispose();
        return null;
    }

    /// <summary>Steps 1 and 2. The missing leaf is left zero.</summary>
    /// <param name="scratch">64 bytes.</param>
    /// <returns>y*.</returns>
    private static int Puncture(
        int tree, SeedTreeHash hash, SeedTreeWorkspace workspace, Span<byte> scratch, ReadOnlySpan<byte> choices, ReadOnlySpan<byte> keys, ReadOnlySpan<byte> corrections)
    {
        // 1. s_{0,c} = K^{(0)}; y* = 1 − c.
        var choice = BaseOtReceiver.BitOf(choices, tree * SetupSizes.Levels);
        var roots = workspace.Nodes(0);
        for (var y = 0; y < 2; y++)
        {
            var root = SeedTreeWorkspace.NodeOf(roots, y);
            root.Clear();
            MaskedBytes.XorInto(root, MaskedBytes.MaskOfEqual(y, choice), keys[..SetupSizes.Node]);
        }
        var missing = choice ^ 1;

        // 2. For l = 1..3: expand every known y; the missing parent's child on the chosen side follows from the correction.
        for (var level = 1; level < SetupSizes.Levels; level++)
        {
            Span<byte> parents = workspace.Nodes(level - 1), nodes = workspace.Nodes(level);
            choice = BaseOtReceiver.BitOf(choices, tree * SetupSizes.Levels + level);
            corrections.Slice((level - 1) * 2 * SetupSizes.Node, 2 * SetupSizes.Node).CopyTo(scratch);
            for (var y = 0; y < 1 << level; y++)
            {
                var children = nodes.Slice(2 * y * SetupSizes.Node, 2 * SetupSizes.Node);
                hash.Expand(children, tree, level, y, SeedTreeWorkspace.NodeOf(parents, y));
                MaskedBytes.Keep(~MaskedBytes.MaskOfEqual(y, missing), children);
                MaskedBytes.XorInto(scratch, children);
            }
            // s_{l,2y*+c} = t_{l,c} ⊕ K^{(l)} ⊕ ⊕_{y≠y*} s_{l,2y+c}; the scratch holds t ⊕ sum of both sides.
            var found = scratch[..SetupSizes.Node];
            MaskedBytes.Select(found, MaskedBytes.Mask(choice), scratch[SetupSizes.Node..], found);
            MaskedBytes.XorInto(found, keys.Slice(level * SetupSizes.Node, SetupSizes.Node));
            for (var y = 0; y < 2 << level; y++)
                MaskedBytes.XorInto(SeedTreeWorkspace.NodeOf(nodes, y), MaskedBytes.MaskOfEqual(y, missing << 1 | choice), found);
            missing = missing << 1 | choice ^ 1;
        }
        return missing;
    }

    /// <summary>Step 3: v_y for y ≠ y*, v_{y*} = t̃ ⊕ ⊕_{y≠y*} v_y, h over all of them.</summary>
    /// <param name="scratch">64 bytes.</param>
    /// <returns>Zero if h is what B said.</returns>
    private static ulong Verify(int tree, SeedTreeHash hash, SeedTreeWorkspace workspace, Span<byte> scratch, int missing, ReadOnlySpan<byte> proof)
    {
        Span<byte> nodes = workspace.Nodes(SetupSizes.Levels - 1), values = workspace.CheckValues;
        proof[..SetupLayout.LeafCheck].CopyTo(scratch);
        for (var y = 0; y < SetupSizes.Leaves; y++)
        {
            var value = SeedTreeWorkspace.CheckOf(values, y);
            hash.Check(value, tree, y, SeedTreeWorkspace.NodeOf(nodes, y));
            MaskedBytes.Keep(~MaskedBytes.MaskOfEqual(y, missing), value);
            MaskedBytes.XorInto(scratch, value);
        }
        for (var y = 0; y < SetupSizes.Leaves; y++)
            MaskedBytes.XorInto(SeedTreeWorkspace.CheckOf(values, y), MaskedBytes.MaskOfEqual(y, missing), scratch);
        var digest = scratch[..SetupLayout.Field];
        hash.Digest(digest, tree, values);
        return MaskedBytes.Difference(digest, proof[SetupLayout.LeafCheck..]);
    }

    /// <summary>Step 4: Δ_i = y*, and the leaves in the order of <see cref="OtSenderSeeds.Leaves"/>: slot z gets leaf z ⊕ Δ_i, by one exchange of halves for each bit of Δ_i.</summary>
    private static void Keep(int tree, Span<byte> nodes, int missing, OtSenderSeeds seeds)
    {
        var slots = seeds.Leaves.DangerousSpan.Slice(tree * SetupSizes.TreeSeeds, SetupSizes.TreeSeeds);
        for (var y = 0; y < SetupSizes.Leaves; y++)
            SeedTreeWorkspace.NodeOf(nodes, y)[..SetupSizes.Seed].CopyTo(slots[(y * SetupSizes.Seed)..]);
        for (var bit = 0; bit < SetupSizes.Levels; bit++)
        {
            var mask = MaskedBytes.Mask(missing >> bit & 1);
            for (var z = 0; z < SetupSizes.Leaves; z++)
            {
                if ((z >> bit & 1) == 0) // public: which slots are paired at this bit
                    MaskedBytes.Swap(mask, SlotOf(slots, z), SlotOf(slots, z | 1 << bit));
            }
        }
        seeds.Delta.DangerousSpan[tree / 2] |= unchecked((byte)(missing << tree % 2 * SetupSizes.Levels));
    }

    private static Span<byte> SlotOf(Span<byte> slots, int z) => slots.Slice(z * SetupSizes.Seed, SetupSizes.Seed);
}
