using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Ports;

/// <summary>A node's shares at rest, for the one task of putting them under another generation of the sealing key. The machine never uses it; sealed bytes are opaque here.</summary>
public interface ISealedShares
{
    /// <summary>Shares of every state in ascending (key, generation) after <paramref name="after"/>, at most <paramref name="limit"/> (1..<see cref="StoreLimits.MaxPage"/>).</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    ValueTask<IReadOnlyList<SealedShare>> ListSealedAsync((KeyId Key, uint Generation)? after, int limit, CancellationToken cancellation);

    /// <summary>Puts each new seal in the place of the old one, durably and all in one commit (1..<see cref="StoreLimits.MaxPage"/>). A share that is gone or has another seal by now is left as it is.</summary>
    /// <returns>How many were replaced.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot be written.</exception>
    ValueTask<int> ReplaceSealedAsync(IReadOnlyList<ResealedShare> shares, CancellationToken cancellation);

    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    ValueTask<ErasureCounts> CountErasuresAsync(CancellationToken cancellation);

    /// <summary>The sealing key has a new oldest generation: the store is recognised by a verifier under it, and what was deleted before is beyond reach. The log is emptied.</summary>
    /// <param name="retired">How many of the deleted shares were under older generations only; null if nobody knows.</param>
    /// <exception cref="StoreUnavailableException">The store cannot be written.</exception>
    ValueTask RetireSealAsync(ReadOnlyMemory<byte> parameters, ReadOnlyMemory<byte> verifier, long? retired, CancellationToken cancellation);
}

/// <summary>A share as it rests.</summary>
public sealed record SealedShare(KeyId Key, uint Generation, ReadOnlyMemory<byte> Sealed);

/// <summary>A share's seal and the one that takes its place.</summary>
public sealed record ResealedShare(KeyId Key, uint Generation, ReadOnlyMemory<byte> Old, ReadOnlyMemory<byte> New);

/// <param name="Deleted">Shares deleted ever.</param>
/// <param name="Retired">How many of them were under generations of the sealing key that are gone.</param>
public sealed record ErasureCounts(long Deleted, long Retired)
{
    /// <summary>Copies of deleted shares, in backups or on the disk's platter, still open with the sealing key of today.</summary>
    public bool IsDue => Deleted > Retired;
}
