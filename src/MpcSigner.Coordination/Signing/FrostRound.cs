using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Pools;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Signing;

/// <summary>FROST at its coordinator: a commitment of each co-signer, made ahead, and fresh nonces of our own (spec §19.2, §19.3).</summary>
internal sealed class FrostRound : ISigningRound
{
    private readonly Rooms _rooms;
    private readonly SigningCase _signing;
    private readonly FrostCoordination _coordination;
    private readonly RoundInbox<RawMessage> _commitments;
    private readonly RoundInbox<RawMessage> _shares;
    private readonly OwnPart _own;
    private CollectingFrostShares? _collecting;
    private byte[] _ownShare = [];

    public FrostRound(Rooms rooms, SigningCase signing, IReadOnlyList<KeyParty> coSigners)
    {
        _rooms = rooms;
        _signing = signing;
        Span<byte> osid = stackalloc byte[Bytes32.Size];
        rooms.Context.Setup.Random.Fill(osid);
        var terms = FrostTerms.Of(signing);
        _coordination = new(
            signing.Record, coSigners.Append(signing.Self).Select(party => party.Pid), signing.Payload.Message, terms.Path, terms.Mode, terms.Root, new(osid),
            rooms.Context.Identities);
        _commitments = _coordination.NewInbox(MessageType.FrostCommitment);
        _shares = _coordination.NewInbox(MessageType.FrostShare);
        _own = new(rooms.Context, signing, rooms.Context.Self);
        Groups = [.. coSigners.Select(party => (IReadOnlyList<KeyParty>)[party])];
    }

    public MessageType Question => MessageType.FrostRequest;

    public MessageType Answer => MessageType.FrostShare;

    public IReadOnlyList<IReadOnlyList<KeyParty>> Groups { get; }

    public bool IsReady => _commitments.IsComplete;

    public IReadOnlyList<PartyId> Missing => (_collecting is null ? _commitments : _shares).Missing;

    public void Prepare(Action ready, Action<SealTrouble> unavailable) => _own.Prepare(
        commitment =>
        {
            _commitments.Add(_signing.Self.Pid, new(new(commitment.Encode())));
            ready();
        },
        unavailable);

    public void Supply(Ticket ticket)
    {
        var given = ((Material.Commitment)ticket.Piece).Given;
        _commitments.Add(given.Signer, new(new(given.Encode())));
    }

    public RoundQuestion? Ask(out ProtocolFault? fault)
    {
        fault = null;
        switch (new CollectingFrostCommitments(_coordination, _rooms.SeenCommitments).Complete(_commitments))
        {
            case Transition<CollectingFrostShares>.Advance advance:
                advance.Outbox.Dispose(); // the same request goes out with the booking acks around it
                _collecting = advance.Next;
                return Asked(advance.Next.Request);
            case Transition<CollectingFrostShares>.Abort abort:
                fault = abort.Fault;
                return null;
            default:
                throw new InvalidOperationException("a transition of no known kind");
        }
    }

    private RoundQuestion Asked(FrostRequest request)
    {
        switch (_own.Sign(request))
        {
            case FrostAnswer.Signed signed:
                _ownShare = signed.Share.EncodePayload();
                return new(request.Encode(), signed.Commitment);
            case FrostAnswer.Refused refused:
                throw new InvalidOperationException($"our own request cannot be answered: {refused.Reason}");
            default:
                throw new InvalidOperationException("an answer of no known kind");
        }
    }

    public void AddOwn() => Add(_signing.Self.Pid, _ownShare);

    public InboxVerdict Add(PartyId from, ReadOnlySpan<byte> answer)
    {
        var message = new RawMessage(new(answer));
        var verdict = _shares.Add(from, message);
        if (verdict != InboxVerdict.Accepted)
            message.Dispose();
        return verdict;
    }

    public ReadOnlyMemory<byte>? Finish(out ProtocolFault? fault)
    {
        fault = null;
        switch (_collecting!.Complete(_shares))
        {
            case Transition<FrostSignature>.Advance advance:
                return advance.Next.Signature;
            case Transition<FrostSignature>.Abort abort:
                fault = abort.Fault;
                return null;
            default:
                throw new InvalidOperationException("a transition of no known kind");
        }
    }

    public void Dispose()
    {
        _own.Dispose();
        _commitments.Dispose();
        _shares.Dispose();
    }
}
