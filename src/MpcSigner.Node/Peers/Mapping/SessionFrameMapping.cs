using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Wire.Errors;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Peers.Mapping;

/// <summary>Frames of session streams. What is read has the right lengths and counts and nothing more: the machine judges the contents.</summary>
internal static class SessionFrameMapping
{
    /// <summary>A join (219) with its signature (64).</summary>
    public const int SignedJoinSize = 219 + WireBytes.SignatureSize;

    public static V1.SessionFrame ToWire(SessionFrame frame) => frame switch
    {
        SessionFrame.Open open => new() { Open = ToWire(open) },
        SessionFrame.Join join => new() { Join = WireBytes.Of(join.Bytes) },
        SessionFrame.Joins joins => new() { Joins = ToWire(joins) },
        SessionFrame.Envelope envelope => new() { Envelope = WireBytes.Of(envelope.Bytes) },
        SessionFrame.Refuse refuse => new() { Refuse = ErrorDetails.ToWire(refuse.Error) },
        _ => throw new NotSupportedException($"no message for {frame.GetType().Name}"),
    };

    public static bool TryRead(V1.SessionFrame message, [NotNullWhen(true)] out SessionFrame? frame)
    {
        frame = message.FrameCase switch
        {
            V1.SessionFrame.FrameOneofCase.Open => ReadOpen(message.Open),
            V1.SessionFrame.FrameOneofCase.Join => message.Join.Length == SignedJoinSize ? new SessionFrame.Join(message.Join.ToByteArray()) : null,
            V1.SessionFrame.FrameOneofCase.Joins => ReadJoins(message.Joins),
            V1.SessionFrame.FrameOneofCase.Envelope =>
                message.Envelope.Length is > 0 and <= SessionFrame.Envelope.MaxBytes ? new SessionFrame.Envelope(message.Envelope.ToByteArray()) : null,
            V1.SessionFrame.FrameOneofCase.Refuse => ErrorDetails.TryRead(message.Refuse, out var error) ? new SessionFrame.Refuse(error) : null,
            V1.SessionFrame.FrameOneofCase.None => null,
        };
        return frame is not null;
    }

    private static V1.SessionOpen ToWire(SessionFrame.Open open)
    {
        var message = new V1.SessionOpen
        {
            Join = WireBytes.Of(open.InitiatorJoin),
            ClockMs = open.Clock.ToUnixTimeMilliseconds(),
            RosterHash = WireBytes.Of(open.Roster.Value),
            PolicyHash = WireBytes.Of(open.Policy.Value),
        };
        foreach (var (pid, nid) in open.Participants)
            message.Participants.Add(new V1.Party { Pid = pid.Value, Nid = WireBytes.Of(nid.Value) });
        return message;
    }

    private static V1.SessionJoins ToWire(SessionFrame.Joins joins)
    {
        var message = new V1.SessionJoins();
        message.Joins.Add(joins.All.Select(WireBytes.Of));
        return message;
    }

    private static SessionFrame.Open? ReadOpen(V1.SessionOpen message)
    {
        if (message.Join.Length != SignedJoinSize || message.Participants.Count is < KeyLimits.MinThreshold or > SessionFrame.Open.MaxParticipants
            || !WireBytes.ReadTime(message.ClockMs, out var clock)
            || !WireBytes.Read(message.RosterHash, out Digest32 roster) || !WireBytes.Read(message.PolicyHash, out Digest32 policy))
            return null;
        var participants = new List<(PartyId, NodeId)>(message.Participants.Count);
        uint last = 0;
        foreach (var party in message.Participants)
        {
            if (party.Pid <= last || !PartyId.TryCreate(party.Pid, out var pid) || !WireBytes.Read(party.Nid, out NodeId nid))
                return null;
            last = party.Pid;
            participants.Add((pid, nid));
        }
        return new(message.Join.ToByteArray(), participants, clock, roster, policy);
    }

    /// <summary>An initiator outside the participants has a join too.</summary>
    private static SessionFrame.Joins? ReadJoins(V1.SessionJoins message) =>
        message.Joins.Count is >= KeyLimits.MinThreshold and <= SessionFrame.Open.MaxParticipants + 1 && message.Joins.All(j => j.Length == SignedJoinSize)
            ? new([.. message.Joins.Select(j => (ReadOnlyMemory<byte>)j.ToByteArray())])
            : null;
}
