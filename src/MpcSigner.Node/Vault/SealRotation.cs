using MpcSigner.Core.Faults;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Start;

namespace MpcSigner.Node.Vault;

/// <summary>Replaces the sealing key: a new generation, every live share under it, then the old one is destroyed, and with it every copy of a share that was ever sealed under it (design §8).
/// Where another secret or token is to keep the new generation, this is the change of the seal.</summary>
/// <remarks>
/// Each step is durable before the next, so that a process that dies anywhere leaves every live share open to the generations in the file:
/// (1) a key in the token, if the new generation is to be there; (2) the sealed file with both generations; (3) shares sealed anew in bounded batches, in any state of progress; (4) the store's verifier under the new one;
/// (5) the file with the new one alone, which names an old one in a token as retired; (6) that one destroyed in the token; (7) the file without it. A rotation that finds two generations goes on at (3). (6) and (7) are
/// <see cref="DestroyRetired"/>, which is done again until it succeeds. A key of (1) whose process died before (2) is nobody's: it is listed, and never destroyed unasked.
/// </remarks>
/// <param name="wait">Between two batches, told how long the last one took: a running node's store has other work.</param>
internal sealed class SealRotation(
    NodeVault vault, ISealedShares store, IdentityFiles files, IRandomSource random, TimeProvider time, Func<TimeSpan, CancellationToken, Task>? wait = null)
{
    /// <summary>Shares of one commit.</summary>
    public const int BatchShares = 256;

    /// <summary>Shares read at once: only their headers, unless they are sealed anew.</summary>
    private const int PageShares = StoreLimits.MaxPage;

    /// <summary>Runs to the end, or leaves what the next run takes up.</summary>
    /// <param name="progress">Told how many shares were sealed anew so far.</param>
    /// <param name="seal">What is to keep the new generation; null: what keeps the present one. A rotation that was begun is ended as it was begun.</param>
    /// <returns>How many were sealed anew.</returns>
    /// <exception cref="ShareUnavailableException">A share does not open, or the token does not answer: the old generation stays, since it may be what a backup of that share needs.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be used.</exception>
    /// <exception cref="VaultException">Another process has changed the sealed file, or a token cannot make or destroy a key.</exception>
    /// <exception cref="IOException">The sealed file cannot be replaced.</exception>
    public async Task<long> RunAsync(Action<long>? progress, CancellationToken cancellation, NodeSeal? seal = null)
    {
        // What is deleted from here on may have been sealed under the new generation already: it is not counted as covered.
        long? covered = null;
        if (!vault.HasOldGenerations)
        {
            covered = (await store.CountErasuresAsync(cancellation).ConfigureAwait(false)).Deleted;
            files.AddGeneration(vault, random, seal);
            vault.AdoptGeneration();
        }
        var sealedAnew = await ResealAsync(0, progress, cancellation).ConfigureAwait(false);
        // A commit that began before may bring seals of the old generation after the pages were read. From here on none can come.
        await vault.OldSealsWritten().WaitAsync(cancellation).ConfigureAwait(false);
        for (long before = -1; before != sealedAnew;)
        {
            before = sealedAnew;
            sealedAnew = await ResealAsync(sealedAnew, progress, cancellation).ConfigureAwait(false);
        }

        var (parameters, verifier) = vault.NewSeal(random);
        await store.RetireSealAsync(parameters, verifier, covered, cancellation).ConfigureAwait(false);
        files.RemoveOldGenerations(vault, random);
        await vault.ForgetOldGenerations().WaitAsync(cancellation).ConfigureAwait(false);
        return sealedAnew;
    }

    /// <summary>Destroys old generations in their tokens: what erases the shares that were under them.</summary>
    /// <exception cref="VaultException">A token is not at hand, or does not answer: what is sealed is whole, and this is to be done again.</exception>
    /// <exception cref="IOException">The sealed file cannot be replaced.</exception>
    public void DestroyRetired() => files.DestroyRetired(vault, random);

    /// <summary>One pass over all shares.</summary>
    /// <returns>How many were sealed anew, with those before.</returns>
    private async Task<long> ResealAsync(long sealedAnew, Action<long>? progress, CancellationToken cancellation)
    {
        IReadOnlyList<SealedShare> page = await store.ListSealedAsync(null, PageShares, cancellation).ConfigureAwait(false);
        while (page.Count > 0)
        {
            foreach (var batch in page.Where(IsOld).Chunk(BatchShares))
            {
                var began = time.GetTimestamp();
                // At the same time, as far as the token serves several.
                var resealed = await Task.WhenAll(batch.Select(share => vault.RunAsync(() => Reseal(share)))).ConfigureAwait(false);
                sealedAnew += await store.ReplaceSealedAsync(resealed, cancellation).ConfigureAwait(false);
                progress?.Invoke(sealedAnew);
                if (wait is not null)
                    await wait(time.GetElapsedTime(began), cancellation).ConfigureAwait(false);
            }
            page = await store.ListSealedAsync((page[^1].Key, page[^1].Generation), PageShares, cancellation).ConfigureAwait(false);
        }
        return sealedAnew;
    }

    private bool IsOld(SealedShare share) => !SealedBytes.TryReadGeneration(share.Sealed.Span, out var generation) || generation != vault.SealingGeneration;

    private ResealedShare Reseal(SealedShare share)
    {
        try
        {
            var result = vault.TryOpen(share.Key, share.Generation, share.Sealed.Span, out var opened);
            if (result != OpenResult.Opened)
                throw new ShareUnavailableException(
                    $"the stored share of key {share.Key}, generation {share.Generation}, does not open ({result}), so the sealing key's old generation cannot be retired; recover this node's shares, or restore the database, and run it again");
            using (opened)
                return new(share.Key, share.Generation, share.Sealed, vault.SealAnew(share.Key, share.Generation, opened!, random));
        }
        catch (SealUnavailableException e)
        {
            throw new ShareUnavailableException(e.Message, e, e.IsTokenLost ? Reason.TokenLost : Reason.Sealed);
        }
        catch (SecureMemoryException e)
        {
            throw new ShareUnavailableException($"no locked memory is left for a share ({e.Message})", e);
        }
    }
}
