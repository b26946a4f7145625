using MpcSigner.Coordination;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Secrets.KeyAgreement;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Sessions;

/// <summary>Streams that peers open: how many, with what first frame; and what ends them.</summary>
public sealed class SessionTableTests : IDisposable
{
    private readonly MiniCluster _mini = new(4, settings: new() { MaxLiveSessions = 3, MaxSessionsPerPeer = 2 }, start: false);
    private readonly NodeMachine _machine;
    private ulong _stream;
    private ulong _sequence;

    public SessionTableTests()
    {
        _machine = new(_mini.Nodes[0].NewSetup());
        Context.Begin(new(_mini.Now, default));
    }

    public void Dispose()
    {
        _machine.Dispose();
        _mini.Dispose();
    }

    private MachineContext Context => _machine.Rooms.Context;

    private SessionTable Table => _machine.Rooms.Sessions;

    private NodeId One => _mini.Nodes[1].Nid;

    private NodeId Two => _mini.Nodes[2].Nid;

    private NodeId Three => _mini.Nodes[3].Nid;

    private sealed class Owner : ISessionOwner
    {
        public List<(NodeId, string)> Gone { get; } = [];

        public void Opened() { }

        public void Received(OpenedMessage message) => message.Dispose();

        public void Refused(NodeId participant, ServiceError error) => Gone.Add((participant, error.Message));

        public void Lost(NodeId participant, string why) => Gone.Add((participant, why));
    }

    private StreamId Open(NodeId peer)
    {
        var stream = new StreamId(_stream += 2);
        Table.Opened(stream, peer);
        return stream;
    }

    /// <summary>Why a stream was refused and closed in this step; null when it goes on.</summary>
    private ServiceError? Refused(StreamId stream)
    {
        var effects = Context.End();
        var error = effects.OfType<NodeEffect.SendFrame>().Where(send => send.Stream == stream).Select(send => send.Frame).OfType<SessionFrame.Refuse>().SingleOrDefault()?.Error;
        Assert.Equal(error is null ? 0 : 1, effects.Count(effect => effect is NodeEffect.CloseStream close && close.Stream == stream));
        return error;
    }

    private (PartyId, NodeId)[] Parties(params int[] nodes) => [.. nodes.Select(i => (new PartyId((ushort)(i + 1)), _mini.Nodes[i].Nid))];

    /// <summary>The first frame of a session that node 1 begins with us.</summary>
    private SessionFrame.Open First(Func<Join, Join>? bend = null, ulong start = 7, int signer = 1)
    {
        using var ephemeral = X25519KeyPair.Generate(Context.Setup.Random);
        var terms = new SessionTerms(ProtocolKind.Dkg, Suite.FrostEd25519, Context.Roster.Cluster, SessionIds.Compose(start, ++_sequence, new byte[16]), One, default);
        var join = new Join(terms, One, new(new byte[16]), start, ephemeral.PublicKey);
        return new(
            (bend?.Invoke(join) ?? join).Sign(_mini.Nodes[signer].Identity).Encode(), Parties(0, 1), Context.Now.Wall, Context.Roster.Hash, Context.Setup.Policy.Hash);
    }

    private ServiceError? Begin(SessionFrame.Open first, NodeId? peer = null)
    {
        var stream = Open(peer ?? One);
        Assert.Null(Refused(stream));
        Table.Receive(stream, first);
        var effects = Context.End();
        var sent = Assert.Single(effects.OfType<NodeEffect.SendFrame>());
        if (sent.Frame is SessionFrame.Refuse refuse)
            return refuse.Error;
        Assert.True(SignedJoin.TryDecode(Assert.IsType<SessionFrame.Join>(sent.Frame).Bytes.Span, out var own));
        Assert.Equal((Context.Self, Context.Setup.Instance), (own.Join.Nid, own.Join.Instance));
        Table.Closed(stream, "over");
        return null;
    }

    [Fact]
    public void A_peer_opens_so_many_streams_all_together_so_many_and_strangers_none()
    {
        var first = Open(One);
        Assert.Null(Refused(first));
        Assert.Null(Refused(Open(One)));
        Assert.Equal(Reason.Overloaded, Refused(Open(One))?.Reason);
        Assert.Null(Refused(Open(Two)));
        Assert.Equal(Reason.Overloaded, Refused(Open(Three))?.Reason);
        Assert.Equal(3, Table.Live);
        Table.Closed(first, "gone");
        Assert.Equal(2, Table.Live);
        Assert.Null(Refused(Open(One)));
        Assert.Equal(3, Table.Live);
        using var other = new MiniCluster(2, "other", start: false);
        Assert.Equal(Reason.MalformedRequest, Refused(Open(other.Nodes[0].Nid))?.Reason);
        Assert.Equal(Reason.MalformedRequest, Refused(Open(Context.Self))?.Reason);
    }

    [Fact]
    public void A_session_begins_with_its_initiators_own_join_in_order_or_not_at_all()
    {
        Assert.Null(Begin(First()));
        Assert.Equal("The initiator's join is not in order.", Begin(First(signer: 2))?.Message);
        Assert.Equal("The initiator's join is not in order.", Begin(First(), peer: Two)?.Message);
        Assert.Equal("The initiator's join is not in order.", Begin(First(join => join with { Terms = join.Terms with { Initiator = Two } }))?.Message);
        Assert.Equal("The initiator's join is not in order.", Begin(First(join => join with { Nid = Two }))?.Message);
        Assert.Equal("The initiator's join is not in order.", Begin(First() with { InitiatorJoin = new byte[9] })?.Message);
        Assert.Equal(Reason.WrongCluster, Begin(First(join => join with { Terms = join.Terms with { Cluster = new(new byte[32]) } }))?.Reason);
        Assert.Equal(Reason.RosterMismatch, Begin(First() with { Roster = default })?.Reason);
        Assert.Equal(Reason.PolicyMismatch, Begin(First() with { Policy = default })?.Reason);
        Assert.Equal(Reason.ClockSkew, Begin(First() with { Clock = Context.Now.Wall.AddMinutes(-3) })?.Reason);
        var used = First();
        Assert.Null(Begin(used));
        Assert.Equal("The session's id was used before.", Begin(used)?.Message);
        Assert.Equal("The session's id was used before.", Begin(First(join => join with { Terms = join.Terms with { Session = SessionIds.Compose(6, 99, new byte[16]) } }))?.Message);
        Assert.Equal(Reason.SupersededInstance, Begin(First(start: 6))?.Reason);
        Assert.Equal(Reason.SupersededInstance, Begin(First(join => join with { Instance = new(Enumerable.Repeat((byte)1, 16).ToArray()) }))?.Reason);
        Assert.Null(Begin(First(start: 8)));
    }

    [Fact]
    public void Its_participants_ascend_each_once_all_of_the_roster_with_both_of_us_among_them()
    {
        const string bad = "The session's participants are not in order.";
        Assert.Null(Begin(First() with { Participants = Parties(0, 1, 2, 3) }));
        Assert.Equal(bad, Begin(First() with { Participants = Parties(1) })?.Message);
        Assert.Equal(bad, Begin(First() with { Participants = [] })?.Message);
        Assert.Equal(bad, Begin(First() with { Participants = Parties(1, 0) })?.Message);
        Assert.Equal(bad, Begin(First() with { Participants = Parties(1, 2) })?.Message);
        Assert.Equal(bad, Begin(First() with { Participants = Parties(0, 2) })?.Message);
        Assert.Equal(bad, Begin(First() with { Participants = [(new(1), Context.Self), (new(1), One)] })?.Message);
        Assert.Equal(bad, Begin(First() with { Participants = [(new(1), Context.Self), (new(2), One), (new(3), One)] })?.Message);
        Assert.Equal(bad, Begin(First() with { Participants = [(new(1), Context.Self), (new(2), One), (new(3), new(new byte[32]))] })?.Message);
    }

    [Fact]
    public void A_frame_out_of_its_order_ends_the_stream_and_what_comes_after_its_end_is_ignored()
    {
        SessionFrame[] frames = [new SessionFrame.Envelope(new byte[60]), new SessionFrame.Joins([]), new SessionFrame.Join(new byte[3])];
        foreach (var frame in frames)
        {
            var early = Open(One);
            Context.End();
            Table.Receive(early, frame);
            Assert.Equal("The session brought a frame out of its order.", Refused(early)?.Message);
            Table.Receive(early, frame);
            Assert.Empty(Context.End());
        }
        var stream = Open(One);
        Table.Receive(stream, First());
        Assert.Null(Refused(stream));
        Table.Receive(stream, First());
        Assert.Equal("The session brought a frame out of its order.", Refused(stream)?.Message);
        Table.Closed(stream, "late");
        Table.Receive(new(999), frames[0]);
        Table.Closed(new(999), "unknown");
        Assert.Empty(Context.End());
        var given = Open(One);
        Context.End();
        Table.Receive(given, new SessionFrame.Refuse(new(Reason.Cancelled, "enough", "")));
        var effects = Context.End();
        Assert.Contains(effects, effect => effect is NodeEffect.CloseStream close && close.Stream == given);
        Assert.DoesNotContain(effects, effect => effect is NodeEffect.SendFrame);
        Assert.Equal(0, Table.Live);
    }

    [Fact]
    public void A_stream_that_brings_nothing_ends_with_its_time()
    {
        var stream = Open(One);
        var timer = Assert.Single(Context.End().OfType<NodeEffect.StartTimer>());
        Assert.Equal(Context.Settings.HandshakeTimeout, timer.After);
        Context.Take<Waiter.ForTimer>(timer.Token)!.Fired();
        Assert.Equal(Reason.DeadlineExceeded, Refused(stream)?.Reason);
        Assert.Equal(0, Table.Live);
    }

    [Fact]
    public void Sessions_of_an_older_process_end_when_a_newer_one_is_seen_and_no_others()
    {
        var (begun, unopened) = (Open(One), Open(One));
        Table.Receive(begun, First());
        Context.End();
        Table.PeerRenewed(One); // the same process
        Assert.Null(Refused(begun));
        _machine.Rooms.Peers.Admit(One, new(Enumerable.Repeat((byte)1, 16).ToArray()), 8); // which tells the table
        var effects = Context.End();
        var refused = Assert.Single(effects.OfType<NodeEffect.SendFrame>(), send => send.Frame is SessionFrame.Refuse);
        Assert.Equal((begun, Reason.SupersededInstance), (refused.Stream, ((SessionFrame.Refuse)refused.Frame).Error.Reason));
        Assert.Equal(1, Table.Live);
        Table.PeerRenewed(Two);
        Table.PeerRenewed(Context.Self);
        Assert.Null(Refused(unopened));
    }

    private (InitiatorSession Session, Owner Owner) Ours(params int[] nodes)
    {
        var owner = new Owner();
        var session = Table.Open(owner, ProtocolKind.Dkg, Suite.FrostEd25519, default, Parties(nodes));
        session.Open();
        return (session, owner);
    }

    [Fact]
    public void Numbers_its_own_sessions_one_by_one_and_counts_them_at_each_peer()
    {
        var (one, _) = Ours(0, 1, 2);
        var (two, _) = Ours(0, 1);
        Assert.Equal((Context.Setup.Stored.StartCounter, 1UL), (one.Terms.Session.StartCounter(), one.Terms.Session.Sequence()));
        Assert.Equal((Context.Setup.Stored.StartCounter, 2UL), (two.Terms.Session.StartCounter(), two.Terms.Session.Sequence()));
        Assert.NotEqual(one.Terms.Session.ToArray()[16..], two.Terms.Session.ToArray()[16..]); // nobody foresees one
        Assert.NotEqual(new byte[16], one.Terms.Session.ToArray()[16..]);
        Assert.Equal((Context.Self, Context.Roster.Cluster, Suite.FrostEd25519), (one.Terms.Initiator, one.Terms.Cluster, one.Terms.Suite));
        Assert.Equal((2, 1, 0), (Count(One), Count(Two), Count(Three)));
        Open(Three);
        Assert.Equal(3, Table.Live);
        one.End();
        Assert.Equal((1, 0), (Count(One), Count(Two)));
        Assert.Equal(2, Table.Live);
        Table.Dispose();
        Assert.Equal((0, true), (Table.Live, two.HasEnded));

        int Count(NodeId nid) => _machine.Rooms.Peers.Find(nid)!.LiveSessions;
    }

    [Fact]
    public void A_stream_of_our_own_that_breaks_is_a_participant_lost()
    {
        var (session, owner) = Ours(0, 1, 2);
        var opened = Context.End().OfType<NodeEffect.OpenStream>().Single(open => open.Peer == Two);
        Table.Closed(opened.Stream, "reset");
        Assert.Equal([(Two, "reset")], owner.Gone);
        Table.Closed(opened.Stream, "again");
        Assert.Single(owner.Gone);
        Assert.False(session.HasEnded);
    }

    [Fact]
    public void A_peer_that_leaves_ends_what_it_takes_part_in_and_nothing_else()
    {
        var (with, withOwner) = Ours(0, 1, 2);
        var (without, withoutOwner) = Ours(0, 1, 3);
        var (_, aloneOwner) = Ours(0, 2);
        var (its, another, stays) = (Open(Two), Open(One), Open(One));
        Table.Receive(another, First() with { Participants = Parties(0, 1, 2) });
        Table.Receive(stays, First() with { Participants = Parties(0, 1, 3) });
        Context.End();
        Table.PeerLeft(Two);
        var refused = Context.End().OfType<NodeEffect.SendFrame>().Where(send => send.Frame is SessionFrame.Refuse { Error.Reason: Reason.WrongNode }).Select(send => send.Stream);
        Assert.Equal([its, another], refused.OrderBy(stream => stream.Value));
        Assert.Equal([(Two, "it has left the cluster")], withOwner.Gone);
        Assert.Equal([(Two, "it has left the cluster")], aloneOwner.Gone);
        Assert.Empty(withoutOwner.Gone);
        Assert.Equal((false, false), (with.HasEnded, without.HasEnded)); // their owners decide
        Assert.Null(Refused(stays));

        Table.EndAll(new(Reason.NotReady, "this node has left", ""));
        Assert.Equal(Reason.NotReady, Refused(stays)?.Reason);
        Assert.Equal([(Two, "it has left the cluster"), (One, "it has left the cluster")], withOwner.Gone);
        Assert.Equal([One, Three], withoutOwner.Gone.Select(gone => gone.Item1).OrderBy(nid => nid == Three));
        Assert.Equal(0, Table.Live);
    }

    [Fact]
    public void A_node_that_the_roster_does_not_name_takes_no_stream()
    {
        var roster = Context.Roster;
        Assert.True(Membership.TryCreate(roster with { Version = 2, Nodes = [.. roster.Nodes.Where(node => node.Nid != Context.Self)] }, Context.Self, Context.Identity, out var members, out _));
        Context.Adopt(members);
        Assert.Equal(Reason.WrongNode, Refused(Open(One))?.Reason);
    }
}
