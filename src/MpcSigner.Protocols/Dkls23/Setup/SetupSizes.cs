namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>The parameters of a pair setup (spec §2). A change of any is a new version of the protocol.</summary>
internal static class SetupSizes
{
    /// <summary>κ: base OTs of one direction, bits of Δ.</summary>
    internal const int BaseOts = 128;

    /// <summary>k: levels of a tree, and base OTs that it uses.</summary>
    internal const int Levels = 4;

    /// <summary>N_b = κ/k: trees, blocks of Δ.</summary>
    internal const int Trees = BaseOts / Levels;

    /// <summary>Q = 2^k: leaves of a tree.</summary>
    internal const int Leaves = 1 << Levels;

    /// <summary>Bytes of a node of a tree.</summary>
    internal const int Node = 32;

    /// <summary>Bytes of a leaf that the PRG of spec §3.3 uses, its first: the others are wiped once the leaf is proven.</summary>
    internal const int Seed = 16;

    /// <summary>Bytes of all seeds of a tree.</summary>
    internal const int TreeSeeds = Leaves * Seed;

    /// <summary>Bytes of all seeds of a direction.</summary>
    internal const int AllSeeds = Trees * TreeSeeds;

    /// <summary>Bytes of Δ.</summary>
    internal const int Delta = BaseOts / 8;

    /// <summary>Bytes of the seed of zero shares.</summary>
    internal const int ZeroSeed = 32;
}
