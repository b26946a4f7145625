using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Log;
using MpcSigner.Node.Start;
using MpcSigner.Node.Vault;

namespace MpcSigner.Node.Host;

/// <summary>Rotates the sealing key of a running node after shares were deleted, so that copies of them are worth nothing; and ends at the start what a former process began.</summary>
internal sealed class SealKeeper(NodeVault vault, ISealedShares store, IdentityFiles files, IRandomSource random, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>The most that a rotation waits between two batches.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(200);

    /// <summary>Something was deleted since it was last asked. Not an object to dispose of: commits may end after the keeper.</summary>
    private readonly Channel<bool> _deleted = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>After the last deletion: the batches of one operation are one rotation.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From one rotation to the next: each seals every share anew.</summary>
    public TimeSpan Apart { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>After one that failed.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromMinutes(10);

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>What is durable now: did it delete shares?</summary>
    public void Committed(IReadOnlyList<StoreWrite> writes)
    {
        if (writes.Any(write => write is StoreWrite.EraseOldShares or StoreWrite.DestroyKeys or StoreWrite.CompleteRecovery
            or StoreWrite.AbortMaintenance { Kind: 1 } or StoreWrite.RollBackMaintenance or StoreWrite.AbortOrder { Kind: 1 }))
            _deleted.Writer.TryWrite(true);
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
                await Task.Delay(await KeepAsync().ConfigureAwait(false) ? Apart : Retry, time, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The node stops. What was begun is gone on with at the next start.
        }
        catch (Exception e)
        {
            SealLog.SealNotRotated(logger, e.Message);
        }
    }

    /// <summary>Waits until a rotation is due, and does it.</summary>
    /// <returns>False: the world was in the way, at any step. It may be out of it later.</returns>
    private async Task<bool> KeepAsync()
    {
        try
        {
            files.ClearAway();
            // The count in the store says whether anything is due: deletions of former processes, too.
            while (!await IsDueAsync().ConfigureAwait(false))
                await _deleted.Reader.ReadAsync(_stop.Token).ConfigureAwait(false);
            await QuietAsync().ConfigureAwait(false);
            await RotateAsync().ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is ShareUnavailableException or StoreUnavailableException or VaultException or StartRefusedException or SecureMemoryException or IOException or UnauthorizedAccessException)
        {
            SealLog.SealNotRotated(logger, e.Message);
            return false;
        }
    }

    private async Task<bool> IsDueAsync() => vault.Retired.Count > 0 || await IsRotationDueAsync().ConfigureAwait(false);

    private async Task<bool> IsRotationDueAsync() => vault.HasOldGenerations || vault.IsWorn || (await store.CountErasuresAsync(_stop.Token).ConfigureAwait(false)).IsDue;

    /// <summary>Waits until nothing was deleted for a while.</summary>
    private async Task QuietAsync()
    {
        do
            await Task.Delay(Quiet, time, _stop.Token).ConfigureAwait(false);
        while (_deleted.Reader.TryRead(out _));
    }

    private async Task RotateAsync()
    {
        var began = time.GetTimestamp();
        var rotation = new SealRotation(vault, store, files, random, time, WaitAsync);
        if (await IsRotationDueAsync().ConfigureAwait(false))
        {
            var shares = await rotation.RunAsync(null, _stop.Token).ConfigureAwait(false);
            SealLog.SealRotated(logger, vault.SealingGeneration, shares, time.GetElapsedTime(began));
        }
        // Also what a former process left.
        rotation.DestroyRetired();
    }

    /// <summary>As long as the batch took: half of the store's time is for others.</summary>
    private Task WaitAsync(TimeSpan took, CancellationToken cancellation) => Task.Delay(took < LongestWait ? took : LongestWait, time, cancellation);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }
}
