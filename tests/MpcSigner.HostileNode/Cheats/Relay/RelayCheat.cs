using System.Buffers.Binary;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Relay;

/// <summary>An initiator that does not forward other parties' envelopes as they are (spec §4.3): it cannot open them, and may do everything else.</summary>
internal sealed class RelayCheat(IReadOnlyCollection<ProtocolKind> protocols, RelayCheat.Way way) : Cheat
{
    internal enum Way
    {
        /// <summary>The first envelope of each session is lost.</summary>
        Drop,

        /// <summary>The second of a direction overtakes the first; where it never comes without the first, a later one overtakes its next.</summary>
        Reorder,

        Duplicate,

        /// <summary>The first envelopes of two sessions, each in the other's place.</summary>
        Swap,

        /// <summary>Behind each later envelope of a direction the first one once more.</summary>
        Replay,

        Delay,

        /// <summary>Before each envelope the same under another sender's number.</summary>
        ForgeSender,
    }

    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(150), Overdue = TimeSpan.FromSeconds(2);

    private readonly Dictionary<(SessionId, ushort From, ushort To), NodeEffect.SendFrame> _first = [];
    private readonly HashSet<(SessionId, ushort From, ushort To)> _passed = [];
    private readonly HashSet<SessionId> _done = [];

    public override IEnumerable<NodeEffect> Does(NodeEffect effect, SessionMessage? said, Hand hand)
    {
        if (said is not null || effect is not NodeEffect.SendFrame { Frame: SessionFrame.Envelope envelope } send || !EnvelopeHeader.TryRead(envelope.Bytes.Span, out var header)
            || hand.Sessions.Find(header.Session) is not { IsInitiator: true } session || !protocols.Contains(session.Terms.Protocol))
            return base.Does(effect, said, hand);
        return way switch
        {
            Way.Drop => Drop(send, session, hand),
            Way.Reorder => Reorder(send, header, hand),
            Way.Duplicate => Duplicate(send, session, hand),
            Way.Swap => Swap(send, header, hand),
            Way.Replay => Replay(send, header, hand),
            Way.Delay => Delay(send, session, hand),
            Way.ForgeSender => Forge(send, envelope.Bytes, header, session, hand),
            _ => throw new InvalidOperationException("a way of no known kind"),
        };
    }

    private NodeEffect[] Drop(NodeEffect send, OwnSession session, Hand hand)
    {
        if (!_done.Add(session.Terms.Session))
            return [send];
        hand.Done("dropped");
        return [];
    }

    private NodeEffect[] Reorder(NodeEffect.SendFrame send, EnvelopeHeader header, Hand hand)
    {
        var direction = (header.Session, header.From, header.To);
        // One way only: held both ways, neither of two parties would come to its second.
        if (header.From > header.To || _passed.Contains(direction))
            return [send];
        if (_first.TryAdd(direction, send))
        {
            hand.After(Overdue, () =>
            {
                if (!_passed.Contains(direction) && _first.GetValueOrDefault(direction) == send && _first.Remove(direction))
                    hand.Do(send);
            });
            return [];
        }
        _passed.Add(direction);
        hand.Done("reordered");
        return [send, _first[direction]];
    }

    private static NodeEffect[] Duplicate(NodeEffect send, OwnSession session, Hand hand)
    {
        hand.Done($"{session.Terms.Protocol} doubled");
        return [send, send];
    }

    private NodeEffect[] Swap(NodeEffect.SendFrame send, EnvelopeHeader header, Hand hand)
    {
        if (_passed.Contains((header.Session, header.From, header.To)))
            return [send];
        _passed.Add((header.Session, header.From, header.To));
        foreach (var (other, held) in _first)
        {
            if (other.Item1 == header.Session || other.From != header.From || other.To != header.To)
                continue;
            _first.Remove(other);
            hand.Done("swapped");
            return [held with { Stream = send.Stream }, send with { Stream = held.Stream }];
        }
        _first.Add((header.Session, header.From, header.To), send);
        return [];
    }

    private NodeEffect[] Replay(NodeEffect.SendFrame send, EnvelopeHeader header, Hand hand)
    {
        if (_first.TryAdd((header.Session, header.From, header.To), send))
            return [send];
        hand.Done("replayed");
        return [send, _first[(header.Session, header.From, header.To)]];
    }

    private static NodeEffect[] Delay(NodeEffect send, OwnSession session, Hand hand)
    {
        hand.Done($"{session.Terms.Protocol} delayed");
        hand.After(Late, () => hand.Do(send));
        return [];
    }

    private static NodeEffect[] Forge(NodeEffect.SendFrame send, ReadOnlyMemory<byte> envelope, EnvelopeHeader header, OwnSession session, Hand hand)
    {
        const int fromAt = 36;
        var other = session.Parties.Select(party => party.Pid.Value).First(pid => pid != header.From && pid != header.To);
        var forged = envelope.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(forged.AsSpan(fromAt), other);
        hand.Done("forged");
        return [send with { Frame = new SessionFrame.Envelope(forged) }, send];
    }
}
