namespace MpcSigner.Chains.Solana;

/// <summary>Addresses of the programs whose instructions are understood, and of those that change the fee.</summary>
internal static class SolanaPrograms
{
    public static readonly SolanaAddress System = default; // 32 zero bytes, "1" × 32
    public static readonly SolanaAddress Token = SolanaAddress.Known("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
    public static readonly SolanaAddress AssociatedToken = SolanaAddress.Known("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
    public static readonly SolanaAddress MemoV1 = SolanaAddress.Known("Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo");
    public static readonly SolanaAddress MemoV2 = SolanaAddress.Known("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
    public static readonly SolanaAddress ComputeBudget = SolanaAddress.Known("ComputeBudget111111111111111111111111111111");

    public static readonly SolanaAddress RentSysvar = SolanaAddress.Known("SysvarRent111111111111111111111111111111111");

    /// <summary>Not understood (a transfer may lose a fee that its mint sets), but named for people.</summary>
    public static readonly SolanaAddress Token2022 = SolanaAddress.Known("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");

    /// <summary>The precompiles that verify signatures carried in their data; each such signature is charged like one of the transaction.</summary>
    public static readonly SolanaAddress[] SignatureVerifiers =
    [
        SolanaAddress.Known("Ed25519SigVerify111111111111111111111111111"),
        SolanaAddress.Known("KeccakSecp256k11111111111111111111111111111"),
        SolanaAddress.Known("Secp256r1SigVerify1111111111111111111111111"),
    ];

    /// <summary>How a program is shown to people in an opaque effect.</summary>
    public static string NameOf(SolanaAddress program)
    {
        if (program == System) return "system program";
        if (program == Token) return "token program";
        if (program == Token2022) return "token-2022 program";
        if (program == AssociatedToken) return "associated token program";
        if (program == MemoV1 || program == MemoV2) return "memo program";
        if (program == ComputeBudget) return "compute budget program";
        return "program " + program;
    }
}
