using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Promises;

/// <summary>When a share of a signature leaves a node, request, verdict, booking and R stand in that node's durable log, in this order.</summary>
public sealed class NoShareBeforeTheDecision(World world, Questions questions) : Promise(world)
{
    private readonly Dictionary<(NodeId, Digest32), int> _released = [];

    public override string Name => "P2_P5_No_share_before_the_decision";

    public override void OnSent(SentMessage message)
    {
        if (message.Type != MessageType.FrostShare || World.WentBack.Contains(message.Sender.Nid))
            return;
        var node = message.Sender;
        if (questions.AnsweredBy(message) is not { } answered)
            return; // another promise's matter
        var body = World.BodyHash(answered.Client);
        var count = _released[(node.Nid, body)] = _released.GetValueOrDefault((node.Nid, body)) + 1;
        AuditEntry[] about = [.. node.Store.Log.Where(entry => entry.Request == body)];
        AuditEntry[] releases = [.. about.Where(entry => entry.Kind == AuditKind.ShareReleased)];
        Require(releases.Length >= count, $"{node.Roster.Name}'s share number {count} left with {releases.Length} R in its durable log");
        Require(releases.All(entry => entry.Detail.Length == 32), "the log does not name R");
        Require(node.Store.Bookings.Any(row => row.Value == body), $"{node.Roster.Name}'s share left without a durable booking");
        foreach (var kind in new[] { AuditKind.RequestReceived, AuditKind.Allowed, AuditKind.Booked })
        {
            Require(about.Any(entry => entry.Kind == kind && entry.Sequence < releases[0].Sequence),
                $"{node.Roster.Name}'s share left without a durable {kind} before R");
        }
    }
}
