using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Pools;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Signing;

/// <summary>Threshold ECDSA at its coordinator: one presignature that all signers have made, and one online request (spec §13).</summary>
internal sealed class EcdsaRound(MachineContext context, SigningCase signing, IReadOnlyList<KeyParty> coSigners) : ISigningRound
{
    private Presignature? _presignature;
    private CollectingOnlineReplies? _collecting;
    private RoundInbox<RawMessage>? _replies;
    private byte[] _own = [];

    public MessageType Question => MessageType.OnlineRequest;

    public MessageType Answer => MessageType.OnlineReply;

    public IReadOnlyList<IReadOnlyList<KeyParty>> Groups { get; } = [coSigners];

    public bool IsReady => _presignature is not null;

    public IReadOnlyList<PartyId> Missing => _replies?.Missing ?? [.. coSigners.Select(party => party.Pid)];

    /// <summary>The presignature holds all that is needed of the key's share.</summary>
    public void Prepare(Action ready, Action<SealTrouble> unavailable) => ready();

    public void Supply(Ticket ticket) => _presignature = ((Material.Presigned)ticket.Piece).Own;

    public RoundQuestion? Ask(out ProtocolFault? fault)
    {
        fault = null;
        // The entropy is drawn here, after digest and path are fixed.
        var request = new OnlineRequest(
            Random(), _presignature!.Id, signing.Key.RecordHash, new(signing.Payload.Message.Span), [.. signing.Action.Path], Random(), default);
        _collecting = CollectingOnlineReplies.Begin(signing.Record, request, _presignature);
        if (_collecting is null
            || OnlineSigner.Answer(signing.Record, request, _presignature, context.Self, context.Setup.Instance) is not OnlineAnswer.Replied own)
            return null; // by a chance of 2^−128 this request cannot be signed with this presignature
        _replies = _collecting.NewInbox();
        _own = own.Reply.Encode();
        return new(request.Encode(), own.Commitment);
    }

    public void AddOwn() => Add(signing.Self.Pid, _own);

    public InboxVerdict Add(PartyId from, ReadOnlySpan<byte> answer)
    {
        var message = new RawMessage(new(answer));
        var verdict = _replies!.Add(from, message);
        if (verdict != InboxVerdict.Accepted)
            message.Dispose();
        return verdict;
    }

    public ReadOnlyMemory<byte>? Finish(out ProtocolFault? fault)
    {
        fault = null;
        switch (_collecting!.Complete(_replies!))
        {
            case Transition<OnlineSignature>.Advance advance:
                return advance.Next.Signature.Encode();
            case Transition<OnlineSignature>.Abort abort:
                fault = abort.Fault;
                return null;
            default:
                throw new InvalidOperationException("a transition of no known kind");
        }
    }

    private Bytes32 Random()
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        context.Setup.Random.Fill(bytes);
        return new(bytes);
    }

    /// <summary>The presignature is its ticket's to wipe.</summary>
    public void Dispose() => _replies?.Dispose();
}
