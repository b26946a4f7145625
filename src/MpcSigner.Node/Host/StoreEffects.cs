using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Ports;
using MpcSigner.Node.Log;
using MpcSigner.Node.Vault;
using Microsoft.Extensions.Logging;

namespace MpcSigner.Node.Host;

/// <summary>Commits, reads and shares. Commits are handed to the store in the order of their effects, and the store keeps that order.</summary>
internal sealed class StoreEffects(INodeStore store, IShareVault vault, JobWatch jobs, SealKeeper seals, EventQueue events, Halting halting, ILogger logger)
{
    private const string NotTheWorld = "a defect while using the store";

    public void Commit(NodeEffect.Commit commit)
    {
        var sealing = commit.Shares.Count > 0 ? vault.BeginSealing() : null;
        var writes = sealing is null ? commit.Writes : [.. commit.Writes, .. commit.Shares.Select(share => Seal(sealing, share))];
        // Called here and not on another thread: the call itself takes the place in the queue.
        _ = CommitAsync(commit.Token, writes, store.CommitAsync(writes, CancellationToken.None), sealing);
    }

    public void Read(NodeEffect.Read read) => _ = ReadAsync(read);

    public void LoadShare(NodeEffect.LoadShare load) => _ = LoadShareAsync(load);

    public void Forget(NodeEffect.ForgetShares forget) => vault.Forget(forget.Shares);

    private static StoreWrite.PutSealedShare Seal(IShareSealing sealing, ShareToSeal share)
    {
        using (share.Share)
            return new(share.Key, share.Generation, sealing.Seal(share.Key, share.Generation, share.Share));
    }

    private async Task CommitAsync(Token token, IReadOnlyList<StoreWrite> writes, ValueTask commit, IShareSealing? sealing)
    {
        try
        {
            using (sealing)
                await commit.ConfigureAwait(false);
            events.PostAnswer(new NodeEvent.Committed(token));
            jobs.Committed(writes);
            seals.Committed(writes);
        }
        catch (Exception e) when (e is StoreConflictException or StoreUnavailableException)
        {
            HostLog.StoreFailed(logger, e.Message);
            events.PostAnswer(new NodeEvent.CommitFailed(token, e.Message));
        }
        catch (Exception e)
        {
            HostLog.EffectFailed(logger, nameof(NodeEffect.Commit), e);
            halting.Halt(NotTheWorld);
        }
    }

    private async Task ReadAsync(NodeEffect.Read read)
    {
        try
        {
            var answers = await store.ReadAsync(read.Queries, CancellationToken.None).ConfigureAwait(false);
            events.PostAnswer(new NodeEvent.ReadDone(read.Token, answers));
        }
        catch (StoreUnavailableException e)
        {
            HostLog.StoreFailed(logger, e.Message);
            events.PostAnswer(new NodeEvent.ReadFailed(read.Token, e.Message));
        }
        catch (Exception e)
        {
            HostLog.EffectFailed(logger, nameof(NodeEffect.Read), e);
            halting.Halt(NotTheWorld);
        }
    }

    private async Task LoadShareAsync(NodeEffect.LoadShare load)
    {
        try
        {
            var share = await vault.OpenAsync(load.Key, load.Generation, CancellationToken.None).ConfigureAwait(false);
            events.PostAnswer(new NodeEvent.ShareLoaded(load.Token, share));
        }
        catch (Exception e) when (e is StoreUnavailableException or ShareUnavailableException)
        {
            HostLog.StoreFailed(logger, e.Message);
            events.PostAnswer(new NodeEvent.ShareUnavailable(load.Token, e.Message));
        }
        catch (Exception e)
        {
            HostLog.EffectFailed(logger, nameof(NodeEffect.LoadShare), e);
            halting.Halt(NotTheWorld);
        }
    }
}
