using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
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
        var shares = (SealedBatch?)commit.Shares;
        var writes = shares is null ? commit.Writes : [.. commit.Writes, .. shares.Writes];
        // Called here and not on another thread: the call itself takes the place in the queue.
        _ = CommitAsync(commit.Token, writes, store.CommitAsync(writes, CancellationToken.None), shares);
    }

    public void Seal(NodeEffect.SealShares seal) => _ = SealAsync(seal);

    public void Read(NodeEffect.Read read) => _ = ReadAsync(read);

    public void LoadShare(NodeEffect.LoadShare load) => _ = LoadShareAsync(load);

    public void Forget(NodeEffect.ForgetShares forget) => vault.Forget(forget.Shares);

    private async Task SealAsync(NodeEffect.SealShares seal)
    {
        try
        {
            events.PostAnswer(new NodeEvent.SharesSealed(seal.Token, await vault.SealAsync(seal.Shares).ConfigureAwait(false)));
        }
        catch (ShareUnavailableException e)
        {
            HostLog.SealFailed(logger, e.Message);
            events.PostAnswer(new NodeEvent.SealUnavailable(seal.Token, new(e.Reason, e.Message)));
        }
        catch (Exception e)
        {
            HostLog.EffectFailed(logger, nameof(NodeEffect.SealShares), e);
            halting.Halt(NotTheWorld);
        }
    }

    private async Task CommitAsync(Token token, IReadOnlyList<StoreWrite> writes, ValueTask commit, SealedBatch? shares)
    {
        try
        {
            using (shares)
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
        catch (ShareUnavailableException e)
        {
            HostLog.SealFailed(logger, e.Message);
            events.PostAnswer(new NodeEvent.ShareUnavailable(load.Token, new(e.Reason, e.Message)));
        }
        catch (StoreUnavailableException e)
        {
            HostLog.StoreFailed(logger, e.Message);
            events.PostAnswer(new NodeEvent.ShareUnavailable(load.Token, new(Reason.SealUnavailable, e.Message)));
        }
        catch (Exception e)
        {
            HostLog.EffectFailed(logger, nameof(NodeEffect.LoadShare), e);
            halting.Halt(NotTheWorld);
        }
    }
}
