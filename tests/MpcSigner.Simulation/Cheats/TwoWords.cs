using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Cheats;

/// <summary>A party of refreshes and reshares that shows its ACK to one other, and tells whoever asks, mostly, that it never gave one.</summary>
public sealed class TwoWords(World world, SimulatedNode cheater, SimulatedNode friend, SeededSource random) : ICheat
{
    private readonly Voices _voices = new(cheater.Nid);

    public void Computes(Work work)
    {
    }

    public void Saw(SentMessage message)
    {
    }

    public NodeEffect? Bend(NodeEffect effect, SentMessage? sent)
    {
        switch (effect)
        {
            case NodeEffect.SendFrame when sent is not null && IsKept(sent):
                return null;
            case NodeEffect.CallPeer { Body: PeerCall.PushMaintained } push when push.Peer != friend.Nid:
                return null;
            case NodeEffect.AnswerPeer { Reply: PeerReply.Maintenance { Answer: { } answer } } said when OrderOf(answer) is { } order && random.Below(5) != 0:
                world.Chronicle.Write(world.Cluster.Time.Now, cheater.Roster.Name, "says that it never acknowledged");
                var abort = cheater.Identity.Sign(LifecycleDigests.Abort(order, AbortKind.NeverAcknowledged));
                return said with { Reply = new PeerReply.Maintenance(new MaintenanceAnswer.Aborted((byte)AbortKind.NeverAcknowledged, abort)) };
            default:
                return sent is null ? effect : _voices.Say(effect, sent, sent.Payload.Span);
        }
    }

    private Digest32? OrderOf(MaintenanceAnswer answer) => answer switch
    {
        MaintenanceAnswer.Certified certified => certified.Certificate.Order,
        MaintenanceAnswer.Acknowledged acknowledged => cheater.Store.Maintenance.FirstOrDefault(row => row.Ack.Span.SequenceEqual(acknowledged.Ack.Span))?.Order,
        _ => null,
    };

    private bool IsKept(SentMessage sent) => sent.Session.Terms.Protocol is ProtocolKind.Refresh or ProtocolKind.Reshare
        && sent.Type is MessageType.Ack or MessageType.Certificate or MessageType.Done && sent.Recipient != friend.Nid;

    public void Dispose() => _voices.Dispose();
}
