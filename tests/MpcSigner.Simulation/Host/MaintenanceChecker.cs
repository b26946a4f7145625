using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Simulation.Host;

/// <summary>What must be durable before a node says it of a refresh, reshare or recovery (spec §9 "Commit", §10).</summary>
internal sealed class MaintenanceChecker
{
    private readonly Dictionary<SessionId, Digest32> _sessions = [];

    public void Opened(SessionTerms terms)
    {
        if (terms.Protocol is ProtocolKind.Refresh or ProtocolKind.Reshare or ProtocolKind.Recovery)
            _sessions[terms.Session] = terms.Subject;
    }

    /// <summary>An envelope of the node's own.</summary>
    public void CheckEnvelope(SimulatedNode node, EnvelopeHeader header)
    {
        if (!_sessions.TryGetValue(header.Session, out var order))
            return;
        var row = Row(node, order);
        switch (header.Type)
        {
            case MessageType.Round:
                EffectChecker.Require(row is not null, "a round of maintenance left before the order was durable");
                break;
            case MessageType.Ack:
                EffectChecker.Require(row is { Ack.IsEmpty: false } && HasShares(node, row), "an ACK left before it was durable with its shares");
                break;
            case MessageType.Certificate:
                CheckInUse(node, order);
                break;
            case MessageType.Done:
                EffectChecker.Require(row is { State: MaintenanceState.Active or MaintenanceState.Done } && HasShares(node, row), "DONE left before the new shares were in use, durably");
                break;
            case MessageType.Abort:
                EffectChecker.Require(row is { State: MaintenanceState.Aborted }, "an ABORT left before it was durable");
                break;
            default:
                break;
        }
    }

    public void CheckAnswer(SimulatedNode node, MaintenanceAnswer answer)
    {
        switch (answer)
        {
            case MaintenanceAnswer.Acknowledged acknowledged:
                var acked = node.Store.Maintenance.FirstOrDefault(row => row.Ack.Span.SequenceEqual(acknowledged.Ack.Span));
                EffectChecker.Require(acked is not null, "an ACK was shown before it was durable");
                EffectChecker.Require((acknowledged.Doubt?.Stand ?? DoubtStand.Heard) <= (acked!.Doubt?.Stand ?? DoubtStand.Heard), "a stand to an attempt in doubt was shown before it was durable");
                break;
            case MaintenanceAnswer.Certified certified:
                CheckInUse(node, certified.Certificate.Order);
                break;
            case MaintenanceAnswer.Aborted aborted:
                // What was never begun is refused by an attempt above it.
                EffectChecker.Require(node.Store.Maintenance.Any(row => row.Abort.Span.SequenceEqual(aborted.Signature.Span)) || node.Store.Maintenance.Any(row => row.Attempt > 1),
                    "an ABORT was shown before it was durable");
                break;
            default:
                break;
        }
    }

    /// <summary>The new generation is in use here, durably.</summary>
    public void CheckInUse(SimulatedNode node, Digest32 order) =>
        EffectChecker.Require(Row(node, order) is { State: MaintenanceState.Active or MaintenanceState.Done }, "a certificate was shown before its generation was in use, durably");

    /// <summary>Every row that names the node has its share.</summary>
    private static bool HasShares(SimulatedNode node, MaintenanceRow row) => row.Keys.All(ordered =>
    {
        var key = node.Store.Keys.FirstOrDefault(known => known.Record.KeyId == ordered.Key && known.Record.Generation == ordered.Generation);
        if (key is null || key.Record.Find(node.Nid) is null)
            return true;
        using var share = node.Store.OpenShare(ordered.Key, ordered.Generation);
        return share is not null;
    });

    private static MaintenanceRow? Row(SimulatedNode node, Digest32 order) => node.Store.Maintenance.FirstOrDefault(row => row.Order == order);
}
