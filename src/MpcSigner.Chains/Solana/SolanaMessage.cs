namespace MpcSigner.Chains.Solana;

/// <summary>The parsed form of a Solana message, legacy or v0: the bytes each required signer signs.</summary>
/// <remarks>Only <see cref="SolanaMessageReader"/> makes one from foreign bytes, so its indices are in range and its static accounts distinct.</remarks>
/// <param name="IsVersion0">Whether it began with the version prefix 0x80.</param>
/// <param name="StaticAccounts">In the message's order; the first is the fee payer.</param>
/// <param name="Blockhash">Recent blockhash, or the value of a durable nonce.</param>
/// <param name="Lookups">Tables whose accounts follow the static ones in the index space; empty in a legacy message.</param>
internal sealed record SolanaMessage(
    bool IsVersion0,
    SolanaHeader Header,
    IReadOnlyList<SolanaAddress> StaticAccounts,
    SolanaAddress Blockhash,
    IReadOnlyList<SolanaInstruction> Instructions,
    IReadOnlyList<SolanaTableLookup> Lookups)
{
    public SolanaAddress FeePayer => StaticAccounts[0];

    public IEnumerable<SolanaAddress> Signers => StaticAccounts.Take(Header.RequiredSignatures);

    public bool IsStatic(int account) => account < StaticAccounts.Count;

    public bool IsSigner(int account) => account < Header.RequiredSignatures;

    /// <summary>Whether a static account may be changed: signers before non-signers, in each group the writable ones first.</summary>
    public bool IsWritable(int account) => account < Header.RequiredSignatures
        ? account < Header.RequiredSignatures - Header.ReadonlySigners
        : account < StaticAccounts.Count - Header.ReadonlyOthers;
}

/// <summary>The three counts that say which static accounts sign and which are read-only.</summary>
internal readonly record struct SolanaHeader(int RequiredSignatures, int ReadonlySigners, int ReadonlyOthers);

/// <param name="Program">Index of a static account.</param>
/// <param name="Accounts">Indices into static accounts, then the tables' writable ones, then their read-only ones.</param>
internal sealed record SolanaInstruction(int Program, IReadOnlyList<int> Accounts, ReadOnlyMemory<byte> Data);

/// <param name="Writable">How many accounts the message takes from the table to write.</param>
/// <param name="Readonly">How many it takes to read.</param>
internal sealed record SolanaTableLookup(SolanaAddress Table, int Writable, int Readonly);
