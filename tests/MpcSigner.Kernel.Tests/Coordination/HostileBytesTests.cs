using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>P8: any bytes on a session stream; P1, P5: whatever the network does to frames, keys are made whole or not at all, and calls are answered.</summary>
public sealed class HostileBytesTests
{
    private static ReadOnlyMemory<byte> Damage(ReadOnlyMemory<byte> bytes, SeededSource source)
    {
        var damaged = bytes.ToArray();
        switch (source.Below(4))
        {
            case 0 when damaged.Length > 0:
                damaged[source.Below(damaged.Length)] ^= (byte)(1 + source.Below(255));
                return damaged;
            case 1:
                return damaged.AsMemory(0, source.Below(damaged.Length + 1));
            case 2:
                return (byte[])[.. damaged, (byte)source.Below(256)];
            default:
                return source.Bytes(source.Below(400));
        }
    }

    private static SessionFrame Damage(SessionFrame frame, SeededSource source) => frame switch
    {
        SessionFrame.Open open => source.Below(3) == 0
            ? open with { Participants = [.. open.Participants.Skip(1)] }
            : open with { InitiatorJoin = Damage(open.InitiatorJoin, source) },
        SessionFrame.Join join => new SessionFrame.Join(Damage(join.Bytes, source)),
        SessionFrame.Joins joins => source.Below(3) == 0
            ? new SessionFrame.Joins([.. joins.All.Skip(1)])
            : new SessionFrame.Joins([.. joins.All.Select(join => Damage(join, source))]),
        SessionFrame.Envelope envelope => new SessionFrame.Envelope(Damage(envelope.Bytes, source)),
        _ => frame,
    };

    [Fact]
    [Trait("row", "M41")]
    public void Damaged_frames_end_sessions_and_nothing_else()
    {
        var (signed, refused) = (0, 0);
        for (var seed = 0; seed < 12; seed++)
        {
            var mini = new MiniCluster(3, seed: $"hostile-{seed}");
            var source = new SeededSource($"damage-{seed}");
            var key = Assert.Single(mini.CreateKeys(2, 3));
            var script = mini.Script();
            script.Bends = (_, effect) => effect is NodeEffect.SendFrame send && source.Below(8) == 0 ? send with { Frame = Damage(send.Frame, source) } : effect;
            var creation = mini.Submit(mini.Nodes[1], mini.Sign(mini.Creation(2, 3, count: 2)));
            for (var i = 0; i < 3; i++)
            {
                var reply = mini.Ask(mini.Nodes[i], mini.Sign(mini.Transfer(key.Record, (ulong)(1 + i))));
                signed += reply is ClientReply.Signed ? 1 : 0;
                refused += reply is ClientReply.Refused ? 1 : 0;
            }
            mini.Await(creation);
            script.Bends = static (_, effect) => effect;
            Assert.True(mini.Cluster.Time.RunUntil(
                () => mini.Nodes.All(node => node.Store.Orders.All(order => order.State is OrderState.Active or OrderState.Aborted or OrderState.GivenUp)), TimeSpan.FromSeconds(90)));
            mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
            var made = mini.Nodes.Select(node => node.Store.Keys.Count(row => row.State == KeyState.Active)).Distinct().ToArray();
            Assert.True(made is [1] or [3], $"seed {seed}: {string.Join(", ", made)}");
            Assert.True(mini.IsSound, $"seed {seed}");
        }
        Assert.True(signed > 10 && refused + signed == 36, $"{signed} signed, {refused} refused");
    }

    [Fact]
    public void Random_frames_from_a_peer_get_refusals_and_leave_the_node_at_work()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var source = new SeededSource("random frames");
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 2_000; i++)
        {
            var stream = new StreamId(1_000_000 + 2 * (ulong)i);
            mini.Nodes[1].Step(new NodeEvent.StreamOpened(stream, mini.Nodes[0].Nid));
            SessionFrame frame = source.Below(4) switch
            {
                0 => new SessionFrame.Open(source.Bytes(source.Below(600)), [], mini.Now, mini.Cluster.Roster.Hash, mini.Cluster.Policy.Hash),
                1 => new SessionFrame.Join(source.Bytes(source.Below(600))),
                2 => new SessionFrame.Joins([source.Bytes(283), source.Bytes(source.Below(300))]),
                _ => new SessionFrame.Envelope(source.Bytes(source.Below(600))),
            };
            mini.Nodes[1].Step(new NodeEvent.FrameReceived(stream, frame));
        }
        var status = Assert.IsType<ClientReply.StatusIs>(mini.Await(mini.Cluster.Call(mini.Nodes[1], mini.Client, new ClientCall.Status()))).Status;
        Assert.Equal(0, status.LiveSessions);
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[1], mini.Sign(mini.Transfer(key.Record))));
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void A_peer_cannot_hold_more_sessions_than_its_share()
    {
        var mini = new MiniCluster(3, settings: new() { MaxSessionsPerPeer = 10 });
        for (var i = 0; i < 50; i++)
            mini.Nodes[1].Step(new NodeEvent.StreamOpened(new(1_000_000 + 2 * (ulong)i), mini.Nodes[0].Nid));
        var status = Assert.IsType<ClientReply.StatusIs>(mini.Await(mini.Cluster.Call(mini.Nodes[1], mini.Client, new ClientCall.Status()))).Status;
        Assert.Equal(10, status.LiveSessions);
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        status = Assert.IsType<ClientReply.StatusIs>(mini.Await(mini.Cluster.Call(mini.Nodes[1], mini.Client, new ClientCall.Status()))).Status;
        Assert.Equal(0, status.LiveSessions);
    }
}
