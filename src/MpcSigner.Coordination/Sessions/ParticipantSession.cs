using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Peers;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.KeyAgreement;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Sessions;

/// <summary>A session at a participant: one stream that a peer opened. Waits for Open, then for everybody's joins, then for START, then runs what START asks for.</summary>
internal sealed class ParticipantSession(
    MachineContext context, PeerBook book, SessionTable table, IParticipantRoom room, StreamId stream, NodeId initiator) : ISessionLink, IDisposable
{
    private readonly SessionLimits _limits = new();
    private X25519KeyPair? _ephemeral;
    private Join? _ownJoin;
    private SessionChannel? _channel;
    private JoinSet? _joins;
    private IParticipant? _participant;
    private bool _ended;
    private Token? _deadline;

    public StreamId Stream { get; } = stream;

    public NodeId Initiator { get; } = initiator;

    public SessionTerms Terms => _ownJoin!.Terms;

    /// <summary>Of Open, when both sides were found to have the same roster in force.</summary>
    public Membership Members { get; private set; } = context.Members;

    /// <summary>Everybody as the initiator states it: to be compared with the order or the key record before it is relied on.</summary>
    public IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties { get; private set; } = [];

    /// <summary>Start counter of the initiator's instance; 0 before Open.</summary>
    public ulong InitiatorStart { get; private set; }

    public InstanceId InitiatorInstance { get; private set; }

    public void Begin() => ExpectWithin(context.Settings.HandshakeTimeout);

    /// <summary>Sets the session's deadline anew.</summary>
    public void ExpectWithin(TimeSpan time)
    {
        context.StopTimer(ref _deadline);
        _deadline = context.StartTimer(time, () => Refuse(new(Reason.DeadlineExceeded, "The session took too long.", "Try again.")));
    }

    public void Receive(SessionFrame frame)
    {
        if (_ended)
            return;
        if (!_limits.Admit(frame))
        {
            Refuse(Refusals.Protocol("The session brought more than its protocol has."));
            return;
        }
        switch (frame)
        {
            case SessionFrame.Open open when _ownJoin is null:
                OnOpen(open);
                break;
            case SessionFrame.Joins joins when _ownJoin is not null && _channel is null:
                OnJoins(joins);
                break;
            case SessionFrame.Envelope envelope when _channel is not null:
                OnEnvelope(envelope);
                break;
            case SessionFrame.Envelope when _participant is not null:
                break; // the channel has gone on to calls; nothing more is expected here
            case SessionFrame.Refuse refuse:
                EndFromOutside($"the initiator gave up: {refuse.Error.Message}", close: true);
                break;
            default:
                Refuse(Refusals.Protocol("The session brought a frame out of its order."));
                break;
        }
    }

    public void StreamClosed(string reason) => EndFromOutside(reason, close: false);

    /// <summary>Gives up and says why.</summary>
    public void Refuse(ServiceError error)
    {
        if (_ended)
            return;
        context.Do(new NodeEffect.SendFrame(Stream, new SessionFrame.Refuse(error)));
        EndFromOutside(error.Message, close: true);
    }

    /// <summary>The participant has done its part.</summary>
    public void Finish()
    {
        if (_ended)
            return;
        Close(close: true);
        Dispose();
    }

    /// <summary>The process that joined for a member.</summary>
    public InstanceId InstanceOf(NodeId member) => _joins!.Of(member).Instance;

    /// <summary>Hands the session's keys over, for the messages that follow in calls. The stream is the initiator's to end, once it has heard everybody.</summary>
    public SessionChannel TakeChannel()
    {
        var channel = _channel ?? throw new InvalidOperationException("the session has no keys yet");
        _channel = null;
        return channel;
    }

    public void Send(MessageType type, byte round, PartyId to, ReadOnlySpan<byte> payload)
    {
        if (!_ended && _channel is not null)
            Send(new SessionFrame.Envelope(_channel.Seal(type, round, to.Value, payload)));
    }

    public void Send(Outbox outbox)
    {
        using (outbox)
        {
            if (_ended || _channel is null)
                return;
            foreach (var message in outbox.Messages)
                Send(new SessionFrame.Envelope(_channel.Seal(message)));
        }
    }

    private void OnOpen(SessionFrame.Open open)
    {
        Members = context.Members;
        if (!SignedJoin.TryDecode(open.InitiatorJoin.Span, out var join) || join.Join.Nid != Initiator || join.Join.Terms.Initiator != Initiator
            || !Members.Identities.TryGetValue(Initiator, out var identity) || !join.Verify(identity))
        {
            Refuse(Refusals.Protocol("The initiator's join is not in order."));
            return;
        }
        var error = Judge(open, join.Join);
        if (error is not null)
        {
            Refuse(error);
            return;
        }
        Parties = open.Participants;
        (InitiatorStart, InitiatorInstance) = (join.Join.StartCounter, join.Join.Instance);
        _ephemeral = X25519KeyPair.Generate(context.Setup.Random);
        _ownJoin = new(join.Join.Terms, context.Self, context.Setup.Instance, context.Setup.Stored.StartCounter, _ephemeral.PublicKey);
        Send(new SessionFrame.Join(_ownJoin.Sign(Members.Signer).Encode()));
    }

    private ServiceError? Judge(SessionFrame.Open open, Join join)
    {
        if (join.Terms.Cluster != context.Roster.Cluster)
            return new(Reason.WrongCluster, "The session is of another cluster.", "Check which cluster the nodes belong to.");
        if (!AreInOrder(open.Participants))
            return Refusals.Protocol("The session's participants are not in order.");
        if (book.Admit(Initiator, join.Instance, join.StartCounter) is { } superseded)
            return superseded;
        if (book.JudgeDocuments(Initiator, open.Roster, open.Policy) is { } mismatch)
            return mismatch;
        if (book.JudgeClock(Initiator, open.Clock) is { } skew)
            return skew;
        if (join.StartCounter != join.Terms.Session.StartCounter() || !table.Windows.TryUse(Initiator, join.Terms.Session))
            return Refusals.Protocol("The session's id was used before.");
        return null;
    }

    /// <summary>2..16, ascending by pid, no node twice, all of the roster, ourselves and the initiator among them.</summary>
    private bool AreInOrder(IReadOnlyList<(PartyId Pid, NodeId Nid)> parties)
    {
        if (parties.Count is < KeyLimits.MinThreshold or > SessionFrame.Open.MaxParticipants)
            return false;
        var nids = new HashSet<NodeId>();
        var last = 0;
        foreach (var (pid, nid) in parties)
        {
            if (pid.Value <= last || !nids.Add(nid) || !Members.Identities.ContainsKey(nid))
                return false;
            last = pid.Value;
        }
        return nids.Contains(context.Self) && nids.Contains(Initiator);
    }

    private void OnJoins(SessionFrame.Joins frame)
    {
        var joins = new List<SignedJoin>(frame.All.Count);
        foreach (var bytes in frame.All)
        {
            if (!SignedJoin.TryDecode(bytes.Span, out var join))
            {
                Refuse(Refusals.Protocol("A join of the session is malformed."));
                return;
            }
            joins.Add(join);
        }
        if (!JoinSet.TryAssemble(_ownJoin!, Parties.Select(party => party.Nid), joins, Members.Identities, out var set, out var refusal)
            || !SessionKeys.TryDerive(set, context.Self, _ephemeral!, out var keys, out refusal))
        {
            Refuse(Refusals.Protocol($"The join of node {context.NameOf(refusal.Member)} is not in order ({refusal.Kind})."));
            return;
        }
        _ephemeral!.Dispose();
        _joins = set;
        _channel = new(keys, Terms.Protocol == ProtocolKind.PairSetup ? [] : [.. Parties]);
        foreach (var join in set.Joins)
        {
            if (join.Nid != context.Self && book.Admit(join.Nid, join.Instance, join.StartCounter) is { } superseded)
            {
                Refuse(superseded);
                return;
            }
        }
    }

    private void OnEnvelope(SessionFrame.Envelope envelope)
    {
        if (_channel!.Open(envelope.Bytes.Span) is not Opening.Opened opened)
            return; // the relay's fault at most (spec §4.3)
        foreach (var message in opened.Messages)
        {
            if (_ended)
                message.Dispose();
            else if (_participant is not null)
                _participant.Received(message);
            else
                Start(message);
        }
    }

    private void Start(OpenedMessage message)
    {
        if (Terms.Protocol == ProtocolKind.PairSetup)
        {
            StartPairSetup(message);
            return;
        }
        using (message)
        {
            if (message.Type != MessageType.Start || message.Sender != Initiator)
            {
                Refuse(Refusals.Protocol("The session did not begin with START."));
                return;
            }
            var participant = room.Accept(this, message.Payload.Span);
            if (_ended)
                participant?.Dispose();
            else
                _participant = participant;
        }
    }

    /// <summary>A pair setup has no START: M0 opens it (spec §5).</summary>
    private void StartPairSetup(OpenedMessage message)
    {
        if (Parties.Count != 2 || Terms.Subject != default || Terms.Suite != Suite.None || message.Type != MessageType.Round)
        {
            message.Dispose();
            Refuse(Refusals.Protocol("The session is no pair setup."));
            return;
        }
        var participant = room.AcceptPairSetup(this);
        participant.Received(message);
        if (_ended)
            participant.Dispose();
        else
            _participant = participant;
    }

    /// <summary>The window that remembers this session's id, to be made durable before anything transferable is signed in it.</summary>
    public StoreWrite RememberId() => table.Windows.Write(Initiator);

    private void Send(SessionFrame frame) => context.Do(new NodeEffect.SendFrame(Stream, frame));

    private void EndFromOutside(string why, bool close)
    {
        if (_ended)
            return;
        Close(close);
        _participant?.Ended(why);
        Dispose();
    }

    private void Close(bool close)
    {
        _ended = true;
        context.StopTimer(ref _deadline);
        table.Remove(Stream);
        if (close)
            context.Do(new NodeEffect.CloseStream(Stream));
    }

    public void Dispose()
    {
        _ended = true;
        _ephemeral?.Dispose();
        _channel?.Dispose();
        _participant?.Dispose();
    }
}
