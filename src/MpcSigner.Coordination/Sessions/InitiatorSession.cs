using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Peers;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.KeyAgreement;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Sessions;

/// <summary>A session at its initiator: opens a stream to every other participant, collects the joins, relays sealed envelopes, opens its own (spec §4).</summary>
internal sealed class InitiatorSession : ISessionLink, IDisposable
{
    private readonly MachineContext _context;
    private readonly PeerBook _book;
    private readonly SessionTable _table;
    private readonly ISessionOwner _owner;
    private readonly IReadOnlyList<(PartyId Pid, NodeId Nid)> _parties;
    private readonly SortedDictionary<NodeId, Leg> _legs = [];
    private readonly X25519KeyPair _ephemeral;
    private readonly SignedJoin _ownJoin;
    private readonly ushort _selfPid;
    private SessionChannel? _channel;

    private sealed class Leg(PartyId pid, NodeId nid, StreamId stream)
    {
        public readonly PartyId Pid = pid;
        public readonly NodeId Nid = nid;
        public readonly StreamId Stream = stream;
        public readonly SessionLimits Limits = new();
        public SignedJoin? Join;
        public bool Closed;
    }

    /// <param name="parties">All participants with ourselves among them, ascending by pid.</param>
    public InitiatorSession(
        MachineContext context, PeerBook book, SessionTable table, ISessionOwner owner, SessionTerms terms, IReadOnlyList<(PartyId Pid, NodeId Nid)> parties)
    {
        _context = context;
        _book = book;
        _table = table;
        _owner = owner;
        _parties = parties;
        Terms = terms;
        Members = context.Members;
        _selfPid = NumberOf(parties.First(party => party.Nid == context.Self).Pid);
        _ephemeral = X25519KeyPair.Generate(context.Setup.Random);
        _ownJoin = new Join(terms, context.Self, context.Setup.Instance, context.Setup.Stored.StartCounter, _ephemeral.PublicKey).Sign(Members.Signer);
    }

    public SessionTerms Terms { get; }

    public Membership Members { get; }

    public bool HasEnded { get; private set; }

    private bool IsPairSetup => Terms.Protocol == ProtocolKind.PairSetup;

    /// <summary>As envelopes name a party: in a pair setup everybody is 0 (spec §4.2).</summary>
    private ushort NumberOf(PartyId pid) => IsPairSetup ? (ushort)0 : pid.Value;

    public void Open()
    {
        var setup = _context.Setup;
        foreach (var (pid, nid) in _parties)
        {
            if (nid == _context.Self)
                continue;
            var leg = new Leg(pid, nid, _context.OpenStream(nid));
            _legs.Add(nid, leg);
            _table.Add(leg.Stream, this, nid);
            Send(leg, new SessionFrame.Open(_ownJoin.Encode(), _parties, _context.Now.Wall, Members.Roster.Hash, setup.Policy.Hash));
        }
    }

    public void Receive(NodeId from, SessionFrame frame)
    {
        var leg = _legs[from];
        if (HasEnded || leg.Closed)
            return;
        if (!leg.Limits.Admit(frame))
        {
            Lose(leg, "it sent more than the protocol has");
            return;
        }
        switch (frame)
        {
            case SessionFrame.Join join:
                OnJoin(leg, join);
                break;
            case SessionFrame.Envelope envelope:
                OnEnvelope(leg, envelope);
                break;
            case SessionFrame.Refuse refuse:
                Close(leg);
                _owner.Refused(from, refuse.Error);
                break;
            default:
                Lose(leg, "it sent a frame that only initiators send");
                break;
        }
    }

    public void StreamClosed(NodeId from, string reason)
    {
        var leg = _legs[from];
        if (HasEnded || leg.Closed)
            return;
        leg.Closed = true;
        _table.Remove(leg.Stream);
        // Not chosen again before it answers a greeting.
        if (_book.Find(from) is { } peer)
            _book.Silent(peer, reason);
        _owner.Lost(from, reason);
    }

    /// <summary>A participant has left the cluster.</summary>
    public void PeerLeft(NodeId peer)
    {
        if (!HasEnded && _legs.TryGetValue(peer, out var leg) && !leg.Closed)
            Lose(leg, "it has left the cluster");
    }

    public void Send(MessageType type, byte round, PartyId to, ReadOnlySpan<byte> payload)
    {
        if (!HasEnded && _channel is not null)
            Forward(to.Value, _channel.Seal(type, round, to.Value, payload));
    }

    public void Send(Outbox outbox)
    {
        using (outbox)
        {
            if (HasEnded || _channel is null)
                return;
            foreach (var message in outbox.Messages)
                Forward(message.To.Value, _channel.Seal(message));
        }
    }

    /// <summary>Ends the session at every participant.</summary>
    /// <param name="error">What they are told; null when they know.</param>
    public void End(ServiceError? error = null)
    {
        if (HasEnded)
            return;
        foreach (var leg in _legs.Values)
        {
            if (leg.Closed)
                continue;
            if (error is not null)
                Send(leg, new SessionFrame.Refuse(error));
            Close(leg);
        }
        HasEnded = true;
        Dispose();
    }

    /// <summary>Ends the streams and hands the session's keys over, for the messages that follow in calls.</summary>
    public SessionChannel TakeChannel()
    {
        var channel = _channel ?? throw new InvalidOperationException("the session has no keys yet");
        _channel = null;
        End();
        return channel;
    }

    /// <summary>The process that joined for a participant.</summary>
    public InstanceId InstanceOf(NodeId participant) => _legs[participant].Join!.Join.Instance;

    private void OnJoin(Leg leg, SessionFrame.Join frame)
    {
        if (leg.Join is not null || !SignedJoin.TryDecode(frame.Bytes.Span, out var join) || join.Join.Nid != leg.Nid || join.Join.Terms != Terms
            || !join.Verify(Members.Identities[leg.Nid]))
        {
            Lose(leg, "its join is not in order");
            return;
        }
        if (_book.Admit(leg.Nid, join.Join.Instance, join.Join.StartCounter) is { } superseded)
        {
            Close(leg);
            _owner.Refused(leg.Nid, superseded);
            return;
        }
        leg.Join = join;
        if (_legs.Values.All(l => l.Join is not null))
            Assemble();
    }

    private void Assemble()
    {
        SignedJoin[] joins = [.. _legs.Values.Select(leg => leg.Join!).Append(_ownJoin).OrderBy(join => join.Join.Nid)];
        if (!JoinSet.TryAssemble(_ownJoin.Join, _parties.Select(party => party.Nid), joins, Members.Identities, out var set, out var refusal)
            || !SessionKeys.TryDerive(set, _context.Self, _ephemeral, out var keys, out refusal))
        {
            Lose(_legs[refusal.Member], $"its join is not in order ({refusal.Kind})");
            return;
        }
        _ephemeral.Dispose();
        _channel = new(keys, IsPairSetup ? [] : [.. _parties]);
        var encoded = new SessionFrame.Joins([.. joins.Select(join => (ReadOnlyMemory<byte>)join.Encode())]);
        foreach (var leg in _legs.Values)
            Send(leg, encoded);
        _owner.Opened();
    }

    private void OnEnvelope(Leg leg, SessionFrame.Envelope envelope)
    {
        // What does not open or is not addressed to anybody is dropped: anyone on the way could have caused it (spec §4.3).
        if (_channel is null || !EnvelopeHeader.TryRead(envelope.Bytes.Span, out var header) || header.From != NumberOf(leg.Pid) || header.Session != Terms.Session)
            return;
        if (header.To != _selfPid)
        {
            Forward(header.To, envelope.Bytes);
            return;
        }
        if (_channel.Open(envelope.Bytes.Span) is not Opening.Opened opened)
            return;
        foreach (var message in opened.Messages)
        {
            if (HasEnded)
                message.Dispose();
            else
                _owner.Received(message);
        }
    }

    private void Forward(ushort to, ReadOnlyMemory<byte> envelope)
    {
        if (_legs.Values.FirstOrDefault(leg => NumberOf(leg.Pid) == to) is { Closed: false } leg)
            Send(leg, new SessionFrame.Envelope(envelope));
    }

    private void Send(Leg leg, SessionFrame frame) => _context.Do(new NodeEffect.SendFrame(leg.Stream, frame));

    private void Lose(Leg leg, string why)
    {
        Close(leg);
        _owner.Lost(leg.Nid, why);
    }

    private void Close(Leg leg)
    {
        leg.Closed = true;
        _table.Remove(leg.Stream);
        _context.Do(new NodeEffect.CloseStream(leg.Stream));
    }

    public void Dispose()
    {
        HasEnded = true;
        _ephemeral.Dispose();
        _channel?.Dispose();
    }
}
