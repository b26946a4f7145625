namespace MpcSigner.Cryptography.Secrets.ObliviousTransfer;

/// <summary>The parameters of spec §2, in the units the kernels count in.</summary>
internal static class OtSizes
{
    /// <summary>κ: bits of Δ, rows of the matrix, bits of an OT row.</summary>
    internal const int Kappa = 128;

    /// <summary>N_b: trees, one for each block of k bits of Δ.</summary>
    internal const int Trees = 32;

    /// <summary>k.</summary>
    internal const int BlockBits = 4;

    /// <summary>Q = 2^k: leaves of a tree.</summary>
    internal const int Leaves = 16;

    /// <summary>What the PRG uses of a leaf.</summary>
    internal const int LeafSize = 16;

    internal const int AllLeaves = Trees * Leaves * LeafSize;

    /// <summary>ξ: OTs of one VOLE.</summary>
    internal const int Xi = 416;

    /// <summary>Bytes of ξ choice bits.</summary>
    internal const int ChoiceSize = Xi / 8;

    /// <summary>σ in bytes: an element of GF(2^128).</summary>
    internal const int CheckSize = 16;

    /// <summary>ξ′ in bytes: a row of the extension.</summary>
    internal const int RowSize = ChoiceSize + CheckSize;

    /// <summary>A row as the PRG gives it, in whole blocks.</summary>
    internal const int PaddedRow = 80;

    /// <summary>Blocks of a padded row.</summary>
    internal const int RowBlocks = PaddedRow / 16;

    /// <summary>All 128 padded rows V_p or W_p.</summary>
    internal const int Matrix = Kappa * PaddedRow;

    /// <summary>A κ-bit OT row v_j or w_j.</summary>
    internal const int OtRowSize = Kappa / 8;

    /// <summary>All OT rows.</summary>
    internal const int OtRows = Xi * OtRowSize;

    /// <summary>w: scalars of one OT payload.</summary>
    internal const int Width = 3;

    /// <summary>AES blocks of one OT payload: three scalars of 64 bytes.</summary>
    internal const int PayloadBlocks = 12;
}
