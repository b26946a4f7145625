using MpcSigner.Chains.Solana;
using MpcSigner.Core.Keys;

namespace MpcSigner.Verification.Keys;

/// <summary>Addresses derived from the key itself: a node is never asked for one.</summary>
public static class KeyAddresses
{
    /// <summary>The account on Solana (Base58 of the public key); null for a key of another curve.</summary>
    public static string? Solana(KeyRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.Suite == Suite.FrostEd25519 ? new SolanaAddress(record.PublicKey.Span).ToString() : null;
    }
}
