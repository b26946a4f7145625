using Google.Protobuf;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Node.Peers.Mapping;
using Xunit;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Tests.RunningNode.Host;

public class SessionFrameMappingTests
{
    private static readonly byte[] Join = [.. Enumerable.Range(0, SessionFrameMapping.SignedJoinSize).Select(i => (byte)(i % 251))];

    private static Bytes32 Fill(byte value) => new(Enumerable.Repeat(value, 32).ToArray());

    private static SessionFrame.Open Open() => new(
        Join, [(new(1), new(Fill(1))), (new(5), new(Fill(2)))], DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000), new(Fill(3)), new(Fill(4)));

    private static bool Reads(V1.SessionFrame message) => SessionFrameMapping.TryRead(V1.SessionFrame.Parser.ParseFrom(message.ToByteArray()), out _);

    private static V1.SessionFrame Changed(Action<V1.SessionOpen> change)
    {
        var message = SessionFrameMapping.ToWire(Open());
        change(message.Open);
        return message;
    }

    [Fact]
    public void Every_frame_survives_the_wire()
    {
        SessionFrame Back(SessionFrame frame)
        {
            Assert.True(SessionFrameMapping.TryRead(V1.SessionFrame.Parser.ParseFrom(SessionFrameMapping.ToWire(frame).ToByteArray()), out var read));
            return read;
        }
        var open = Assert.IsType<SessionFrame.Open>(Back(Open()));
        Assert.Equal(Open().Participants, open.Participants);
        Assert.Equal((Open().Clock, Open().Roster, Open().Policy), (open.Clock, open.Roster, open.Policy));
        Assert.Equal(Join, open.InitiatorJoin.ToArray());
        Assert.Equal(Join, Assert.IsType<SessionFrame.Join>(Back(new SessionFrame.Join(Join))).Bytes.ToArray());
        Assert.Equal(2, Assert.IsType<SessionFrame.Joins>(Back(new SessionFrame.Joins([Join, Join]))).All.Count);
        Assert.Equal([9, 8], Assert.IsType<SessionFrame.Envelope>(Back(new SessionFrame.Envelope(new byte[] { 9, 8 }))).Bytes.ToArray());
        var refuse = Assert.IsType<SessionFrame.Refuse>(Back(new SessionFrame.Refuse(new(Reason.ClockSkew, "m", "n"))));
        Assert.Equal((Reason.ClockSkew, "m", "n"), (refuse.Error.Reason, refuse.Error.Message, refuse.Error.NextStep));
    }

    [Fact]
    public void Rejects_frames_out_of_their_bounds()
    {
        Assert.False(Reads(new V1.SessionFrame()));
        Assert.False(Reads(new V1.SessionFrame { Join = ByteString.CopyFrom(Join[1..]) }));
        Assert.False(Reads(new V1.SessionFrame { Envelope = ByteString.Empty }));
        Assert.False(Reads(new V1.SessionFrame { Envelope = ByteString.CopyFrom(new byte[SessionFrame.Envelope.MaxBytes + 1]) }));
        Assert.False(Reads(new V1.SessionFrame { Joins = new V1.SessionJoins() }));
        var joins = new V1.SessionJoins();
        joins.Joins.Add(Enumerable.Repeat(ByteString.CopyFrom(Join), SessionFrame.Open.MaxParticipants + 2));
        Assert.False(Reads(new V1.SessionFrame { Joins = joins }));
        Assert.False(Reads(new V1.SessionFrame { Refuse = new V1.ErrorDetail { Reason = "NO_SUCH" } }));
    }

    [Fact]
    public void Rejects_openings_with_wrong_participants_or_lengths()
    {
        Assert.True(Reads(Changed(_ => { })));
        Assert.False(Reads(Changed(o => o.Join = ByteString.Empty)));
        Assert.False(Reads(Changed(o => o.Participants.RemoveAt(1))));
        Assert.False(Reads(Changed(o => o.Participants[1].Pid = 1)));
        Assert.False(Reads(Changed(o => o.Participants[1].Pid = 65_536)));
        Assert.False(Reads(Changed(o => o.Participants[0].Nid = ByteString.CopyFrom(new byte[31]))));
        Assert.False(Reads(Changed(o => o.ClockMs = 0)));
        Assert.False(Reads(Changed(o => o.RosterHash = ByteString.Empty)));
        Assert.False(Reads(Changed(o => o.PolicyHash = ByteString.CopyFrom(new byte[33]))));
        Assert.False(Reads(Changed(o => o.Participants.Add(Enumerable.Range(6, 31).Select(i => new V1.Party { Pid = (uint)i, Nid = ByteString.CopyFrom(new byte[32]) })))));
    }
}
