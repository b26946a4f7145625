using Microsoft.Extensions.Logging;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;

namespace MpcSigner.Node.Log;

/// <summary>The machine's observations as log lines.</summary>
internal sealed class ObservationLog(ILogger logger, TimeProvider time)
{
    private readonly RepeatedTrouble _failedOver = new(time);
    private readonly RepeatedTrouble _notMade = new(time);

    public void Write(Observation observation)
    {
        switch (observation)
        {
            case Observation.RequestRefused seen:
                HostLog.RequestRefused(logger, seen.Client, seen.Reason);
                break;
            case Observation.KeysActivated seen:
                HostLog.KeysActivated(logger, seen.Order, seen.Count);
                break;
            case Observation.OrderPending seen:
                HostLog.OrderPending(logger, seen.Order);
                break;
            case Observation.OrderAborted seen:
                HostLog.OrderAborted(logger, seen.Order, seen.Why);
                break;
            case Observation.OrderGivenUp seen:
                HostLog.OrderGivenUp(logger, seen.Order, seen.Why);
                break;
            case Observation.JobChanged seen:
                HostLog.JobChanged(logger, seen.Job, seen.What);
                break;
            case Observation.ScheduleUnmet seen:
                HostLog.ScheduleUnmet(logger, seen.Schedule, seen.Why);
                break;
            case Observation.DestructionAccepted seen:
                HostLog.DestructionAccepted(logger, seen.Order, seen.Keys, seen.NotBefore);
                break;
            case Observation.DestructionCancelled seen:
                HostLog.DestructionCancelled(logger, seen.Order);
                break;
            case Observation.KeysDestroyed seen:
                HostLog.KeysDestroyed(logger, seen.Order, seen.Keys);
                break;
            case Observation.SignatureCompleted seen:
                HostLog.SignatureCompleted(logger, seen.Key, seen.Suite, seen.Attempts, seen.Took);
                break;
            case Observation.SigningFailedOver seen:
                if (_failedOver.LeftOutBefore(seen.Key, seen.Failed) is { } quiet)
                    HostLog.SigningFailedOver(logger, seen.Key, Describe(seen.Failed), Repeated(quiet));
                break;
            case Observation.MaterialTaken seen:
                HostLog.MaterialTaken(logger, seen.Key, seen.Ready ? "ready" : "made now");
                break;
            case Observation.MaterialMade seen:
                HostLog.MaterialMade(logger, seen.Count, seen.Key, string.Join(", ", seen.Peers));
                break;
            case Observation.MaterialNotMade seen:
                if (_notMade.LeftOutBefore(seen.Key, seen.Failed) is { } silent)
                    HostLog.MaterialNotMade(logger, seen.Key, Describe(seen.Failed), Repeated(silent));
                break;
            case Observation.MaterialDropped seen:
                HostLog.MaterialDropped(logger, seen.Count, seen.Key, seen.Held ? "peers'" : "own", seen.Why);
                break;
            case Observation.PairSetUp seen:
                HostLog.PairSetUp(logger, seen.Peer, seen.SendingEpoch, seen.ReceivingEpoch);
                break;
            case Observation.PairNotSetUp seen:
                HostLog.PairNotSetUp(logger, seen.Peer, seen.Why);
                break;
            case Observation.SessionFailed seen:
                HostLog.SessionFailed(logger, seen.Session, seen.Why);
                break;
            case Observation.PeerBlamed seen:
                HostLog.PeerBlamed(logger, seen.Peer, seen.Fault);
                break;
            case Observation.RosterAdopted seen:
                RosterLog.Adopted(logger, seen.Version, seen.Hash);
                break;
            case Observation.RosterInForce seen:
                RosterLog.InForce(logger, seen.Version, seen.Hash, seen.Acks, seen.Nodes);
                break;
            case Observation.RosterRefused seen:
                RosterLog.Refused(logger, seen.Peer, seen.Why);
                break;
            case Observation.IdentityChanged seen:
                RosterLog.IdentityChanged(logger, seen.Key);
                break;
            case Observation.TakesNoPart seen:
                RosterLog.TakesNoPart(logger, seen.Why);
                break;
            case Observation.PeerChanged seen:
                HostLog.PeerChanged(logger, seen.Peer, seen.Reachable ? "reachable" : "unreachable", seen.Problem);
                break;
            case Observation.MaintenancePending or Observation.MaintenanceActivated or Observation.MaintenanceAborted or Observation.MaintenanceRolledBack
                or Observation.OldSharesErased or Observation.SharesRecovered or Observation.ShareBehind:
                WriteMaintenance(observation);
                break;
            default:
                throw new NotSupportedException($"no log line for {observation.GetType().Name}");
        }
    }

    private void WriteMaintenance(Observation observation)
    {
        switch (observation)
        {
            case Observation.MaintenancePending seen:
                MaintenanceLog.Pending(logger, seen.Order, seen.Why);
                break;
            case Observation.MaintenanceActivated seen:
                MaintenanceLog.Activated(logger, seen.Order, seen.Count);
                break;
            case Observation.MaintenanceAborted seen:
                MaintenanceLog.Aborted(logger, seen.Order, seen.Why);
                break;
            case Observation.MaintenanceRolledBack seen:
                MaintenanceLog.RolledBack(logger, seen.Order);
                break;
            case Observation.OldSharesErased seen:
                MaintenanceLog.OldSharesErased(logger, seen.Order, seen.Count);
                break;
            case Observation.SharesRecovered seen:
                MaintenanceLog.SharesRecovered(logger, seen.Order, seen.Count);
                break;
            case Observation.ShareBehind seen:
                MaintenanceLog.ShareBehind(logger, seen.Key, seen.Held, seen.InUse);
                break;
        }
    }

    private static string Repeated(int leftOut) => leftOut == 0 ? "" : $" (and {leftOut} times before, not logged)";

    private static string Describe(IEnumerable<NodeReason> nodes) => string.Join(", ", nodes.Select(node => $"{node.NodeName} ({node.Reason}: {node.Message})"));
}
