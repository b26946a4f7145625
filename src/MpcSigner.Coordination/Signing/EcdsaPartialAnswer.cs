using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Pools;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Signing;

/// <summary>An online request at a signer (spec §13).</summary>
internal sealed class EcdsaPartialAnswer : IPartialAnswer
{
    private readonly SigningCase _signing;
    private readonly OnlineRequest _request;
    private readonly HeldTerms _coordinator;

    private EcdsaPartialAnswer(SigningCase signing, OnlineRequest request, HeldTerms coordinator) =>
        (_signing, _request, _coordinator) = (signing, request, coordinator);

    public Digest32 Material => _request.Presignature;

    public MessageType Type => MessageType.OnlineReply;

    public bool NeedsShare => false;

    /// <summary>Reads the request, and compares it with what this node derived from the client's own.</summary>
    public static bool TryRead(
        SigningCase signing, HeldTerms coordinator, ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out IPartialAnswer? answer, [NotNullWhen(false)] out ServiceError? error)
    {
        answer = null;
        if (!OnlineRequest.TryDecode(bytes, out var request))
            error = Refusals.Protocol("The coordinator's request is not in order.");
        else if (request.RecordHash != signing.Key.RecordHash)
            error = MaterialRefusal.OtherKey.ToError();
        else if (!signing.Payload.Message.Span.SequenceEqual(request.Digest.ToArray()))
            error = Refusals.Protocol("The coordinator asks for a signature on something else than the request's payload.");
        else if (!signing.Action.Path.SequenceEqual(request.Path))
            error = Refusals.Protocol("The coordinator asks for a signature under another path than the client's request names.");
        else
            error = null;
        if (error is not null)
            return false;
        answer = new EcdsaPartialAnswer(signing, request!, coordinator);
        return true;
    }

    public ServiceError? Check(HeldMaterial piece) => piece is not HeldMaterial.Presigned presigned
        ? MaterialRefusal.Unknown.ToError()
        : OnlineSigner.Check(_signing.Record, _request, presigned.Part, _coordinator.Initiator, _coordinator.InitiatorInstance) is { } refusal
            ? Describe(refusal)
            : null;

    private static ServiceError Describe(OnlineRefusal refusal) => refusal switch
    {
        OnlineRefusal.OtherPresignature => MaterialRefusal.Unknown.ToError(),
        OnlineRefusal.OtherKeyRecord => MaterialRefusal.OtherKey.ToError(),
        OnlineRefusal.OtherInitiator => MaterialRefusal.OtherInitiator.ToError(),
        OnlineRefusal.Spent => MaterialRefusal.Spent.ToError(),
        OnlineRefusal.BadPath or OnlineRefusal.BadDigest or OnlineRefusal.DegenerateNonce => Refusals.Protocol("The coordinator's request cannot be answered."),
    };

    public PartialAnswer? Answer(HeldMaterial piece, SecretScalar? share, out ServiceError? error)
    {
        error = null;
        switch (OnlineSigner.Answer(_signing.Record, _request, ((HeldMaterial.Presigned)piece).Part, _coordinator.Initiator, _coordinator.InitiatorInstance))
        {
            case OnlineAnswer.Replied replied:
                return new(replied.Reply.Encode(), replied.Commitment);
            case OnlineAnswer.Refused refused:
                error = Refusals.Protocol($"The coordinator's request cannot be answered ({refused.Reason}).");
                return null;
            default:
                throw new InvalidOperationException("an answer of no known kind");
        }
    }
}
