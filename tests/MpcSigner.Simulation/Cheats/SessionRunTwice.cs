using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Cheats;

/// <summary>A coordinator that opens each session of a refresh, reshare or recovery again under the same id: while the first runs, when it is over, after a member was started anew.</summary>
public sealed class SessionRunTwice(World world, SimulatedNode cheater, SeededSource random) : ICheat
{
    private const int TimesMore = 3;
    private const int LatestMilliseconds = 9_000;

    private readonly Dictionary<(int Life, StreamId Stream), NodeId> _peers = [];

    public void Computes(Work work)
    {
    }

    public void Saw(SentMessage message)
    {
    }

    public NodeEffect? Bend(NodeEffect effect, SentMessage? sent)
    {
        if (effect is NodeEffect.OpenStream opened)
            _peers[(cheater.Life, opened.Stream)] = opened.Peer;
        else if (effect is NodeEffect.SendFrame { Frame: SessionFrame.Open open } send && IsMaintenance(open) && _peers.TryGetValue((cheater.Life, send.Stream), out var peer))
        {
            for (var i = 0; i < TimesMore; i++)
                world.Cluster.Time.After(TimeSpan.FromMilliseconds(10 + random.Below(random.Below(2) == 0 ? 200 : LatestMilliseconds)), () => Again(peer, open));
        }
        return effect;
    }

    private void Again(NodeId peer, SessionFrame.Open open)
    {
        world.Chronicle.Write(world.Cluster.Time.Now, cheater.Roster.Name, $"opens a session with {world.Cluster.Node(peer).Roster.Name} again");
        world.Cluster.ShowAside(cheater, peer, open);
    }

    private static bool IsMaintenance(SessionFrame.Open open) => SignedJoin.TryDecode(open.InitiatorJoin.Span, out var join)
        && join.Join.Terms.Protocol is ProtocolKind.Refresh or ProtocolKind.Reshare or ProtocolKind.Recovery;

    public void Dispose()
    {
    }
}
