using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;
using MpcSigner.Wire.Requests;

namespace MpcSigner.Simulation.Cheats;

/// <summary>
/// A dealer that shows one party another valid opening of its commitment than the rest: same polynomials, other proofs. Every single message
/// of it is in order; only the comparison of transcripts in round 3 can tell.
/// </summary>
/// <remarks>For its victim it runs a twin of itself, from the same randomness up to round 1 and from other randomness after it.</remarks>
public sealed class TwoFacedDealer(World world, SimulatedNode cheater, SimulatedNode victim, SeededSource random) : ICheat
{
    private readonly Voices _voices = new(cheater.Nid);
    private readonly Dictionary<SessionId, Twin> _twins = [];
    private readonly Dictionary<(SessionId, byte Round, NodeId From), ReadOnlyMemory<byte>> _heard = [];
    private SeededSource? _atRound1;

    public void Computes(Work work)
    {
        // The polynomials of round 1 are drawn in this work, and its messages leave in the step that follows it.
        if (work is RoundWork<CollectingCommitments>)
            _atRound1 = cheater.Random.Fork();
    }

    public void Saw(SentMessage message)
    {
        if (message.Type == MessageType.Round && message.Recipient == cheater.Nid)
            _heard[(message.Session.Terms.Session, message.Round, message.Sender.Nid)] = message.Payload;
    }

    public NodeEffect? Bend(NodeEffect effect, SentMessage? sent)
    {
        if (sent is null)
            return effect;
        var payload = sent.Payload;
        if (sent.Type == MessageType.Round)
        {
            var session = sent.Session.Terms.Session;
            if (!_twins.TryGetValue(session, out var twin) && sent.Round == 1)
                _twins.Add(session, twin = Begin(sent.Session));
            if (twin is not null && sent.Recipient == victim.Nid && twin.Say(sent.Round, (round, from) => _heard[(session, round, from)]) is { } other)
                payload = other;
        }
        return _voices.Say(effect, sent, payload.Span);
    }

    private Twin Begin(TappedSession session)
    {
        if (!new RequestBodyCodec().TryDecode(session.Order!.Body.Span, out var body, out _) || body.Action is not RequestAction.CreateKeys action
            || !DkgInput.TryCreate(action.Suite, session.Terms.Subject, action.Count, action.Threshold, action.Parties, session.Terms.Initiator, session.Terms.Session, out var input, out _))
            throw new TapException("the session does not follow from its order");
        world.Chronicle.Write(world.Cluster.Time.Now, cheater.Roster.Name, $"has another face for {victim.Roster.Name}");
        var source = new SwitchedSource(_atRound1 ?? throw new TapException("round 1 was not seen being made"));
        return new(new(input, cheater.Nid, cheater.Identity, world.Identities, source), source, new SeededSource(Convert.ToHexString(random.Bytes(8))), session.PidOf(victim.Nid));
    }

    public void Dispose()
    {
        _voices.Dispose();
        foreach (var twin in _twins.Values)
            twin.Dispose();
    }

    /// <summary>Goes on from another source once it is told to.</summary>
    private sealed class SwitchedSource(SeededSource source) : Cryptography.Secrets.Randomness.IRandomSource
    {
        public SeededSource Source { get; set; } = source;

        public void Fill(Span<byte> destination) => Source.Fill(destination);
    }

    /// <summary>The cheater's run of the protocol as its victim is to see it.</summary>
    private sealed class Twin : IDisposable
    {
        private readonly DkgSession _session;
        private readonly PartyId _victim;
        private readonly Transition<CollectingCommitments>.Advance _first;
        private CollectingShares? _second;
        private IDisposable? _third;

        public Twin(DkgSession session, SwitchedSource source, SeededSource after, PartyId victim)
        {
            _session = session;
            _victim = victim;
            _first = CollectingCommitments.Begin(session);
            source.Source = after;
        }

        /// <summary>What the victim gets in this round; null when the twin's own run has ended before it.</summary>
        public byte[]? Say(byte round, Func<byte, NodeId, ReadOnlyMemory<byte>> heard)
        {
            switch (round)
            {
                case 1:
                    return Take(_first.Outbox);
                case 2 when _first.Next.Complete(Inbox(1, heard)) is Transition<CollectingShares>.Advance shares:
                    _second = shares.Next;
                    return Take(shares.Outbox);
                case 3 when _second?.Complete(Inbox(2, heard)) is Transition<CollectingConfirmations>.Advance confirmations:
                    _third = confirmations.Next;
                    return Take(confirmations.Outbox);
                default:
                    return null;
            }
        }

        private byte[] Take(Outbox outbox)
        {
            using (outbox)
                return outbox.Messages.First(message => message.To == _victim).Payload.Span.ToArray();
        }

        private RoundInbox<RawMessage> Inbox(byte round, Func<byte, NodeId, ReadOnlyMemory<byte>> heard)
        {
            var inbox = _session.NewInbox(round);
            foreach (var (pid, nid) in _session.Input.Parties.Where(party => party.Pid != _session.Self))
                inbox.Add(pid, new RawMessage(new PayloadBuffer(heard(round, nid).Span)));
            return inbox;
        }

        public void Dispose()
        {
            _first.Outbox.Dispose();
            _first.Next.Dispose();
            _second?.Dispose();
            _third?.Dispose();
        }
    }
}
