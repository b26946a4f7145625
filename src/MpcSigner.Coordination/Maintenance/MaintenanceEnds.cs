using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>The last durable step of a maintenance order at a node, whichever it is.</summary>
internal sealed class MaintenanceEnds(Rooms rooms, MaintenanceOrder order)
{
    private readonly MachineContext _context = rooms.Context;

    /// <summary>Signs ABORT: it is durable before anybody is shown it.</summary>
    public void SignAbort(AbortKind kind, string why)
    {
        order.Leave(MaintenancePhase.Aborting);
        var signature = _context.Identity.Sign(LifecycleDigests.Abort(order.Hash, kind));
        _context.Commit(MaintenanceBatches.Abort(new(), order.Case, kind, signature, why), () =>
        {
            _context.Observe(new Observation.MaintenanceAborted(order.Hash, why));
            order.EndAborted(kind, why);
        });
    }

    /// <summary>Back to the sealed old shares, on administrators' order.</summary>
    public void RollBack(Action durable)
    {
        RequireActive();
        order.Leave(MaintenancePhase.Aborting);
        var signature = _context.Identity.Sign(LifecycleDigests.Abort(order.Hash, AbortKind.Ordered));
        _context.Commit(MaintenanceBatches.RollBack(order.Case, signature), () =>
        {
            _context.Observe(new Observation.MaintenanceRolledBack(order.Hash));
            GenerationSwitch.RolledBack(rooms, order.Case);
            order.EndAborted(AbortKind.Ordered, "it was rolled back");
            durable();
        });
    }

    /// <summary>The old shares go now, on everybody's DONE or on administrators' order.</summary>
    public void Erase(Action? durable = null)
    {
        RequireActive();
        order.Leave(MaintenancePhase.Erasing);
        _context.Commit(MaintenanceBatches.Erase(order.Case), () =>
        {
            _context.Observe(new Observation.OldSharesErased(order.Hash, order.Case.Count));
            order.End(MaintenancePhase.Done);
            durable?.Invoke();
        });
    }

    /// <summary>At the recovered node: shares are verified, certificates too.</summary>
    /// <param name="shares">Stay the caller's.</param>
    public void CompleteRecovery(IReadOnlyList<KeyRow> rows, SecretScalars shares, IReadOnlyList<ProvenOrigin> origins)
    {
        if (order.Phase != MaintenancePhase.Begun || TryPrepare(() => MaintenanceBatches.Recover(order.Case, rows, shares, origins)) is not { } batch)
            return;
        _context.Seal(batch, () => order.Phase == MaintenancePhase.Begun, () => CommitRecovery(batch, rows.Count), NotSealed);
    }

    private void CommitRecovery(Batch batch, int count)
    {
        order.Leave(MaintenancePhase.Completing);
        _context.Commit(batch, () =>
        {
            _context.Observe(new Observation.SharesRecovered(order.Hash, count));
            GenerationSwitch.Recovered(rooms, order.Case);
            order.End(MaintenancePhase.Done);
        });
    }

    /// <summary>The seal does not answer: the attempt is given up, and nothing of it is stored.</summary>
    public void NotSealed(SealTrouble trouble) => order.Abandon($"node {_context.NameOf(_context.Self)} could not seal its shares: {trouble.Why}");

    /// <summary>At a helper: the recovered node has said DONE.</summary>
    public void EndRecovery()
    {
        order.Leave(MaintenancePhase.Completing);
        _context.Commit(MaintenanceBatches.EndRecovery(order.Case), () => order.End(MaintenancePhase.Done));
    }

    /// <summary>Null, and the attempt is given up, when no locked memory is left for the shares on their way to the store.</summary>
    public Batch? TryPrepare(Func<Batch> make)
    {
        try
        {
            return make();
        }
        catch (SecureMemoryException e)
        {
            order.Abandon($"node {_context.NameOf(_context.Self)} is short of locked memory: {e.Message}");
            return null;
        }
    }

    private void RequireActive()
    {
        if (order.Phase != MaintenancePhase.Active)
            throw new InvalidOperationException($"an order that is {order.Phase} has no old shares to go back to, or to erase");
    }
}
