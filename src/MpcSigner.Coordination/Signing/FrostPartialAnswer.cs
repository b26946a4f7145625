using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Pools;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Signing;

/// <summary>A FROST request at a signer (spec §19.3).</summary>
internal sealed class FrostPartialAnswer : IPartialAnswer
{
    private readonly IIdentitySigner _signer;
    private readonly SigningCase _signing;
    private readonly FrostRequest _request;
    private readonly NodeId _coordinator;

    private FrostPartialAnswer(IIdentitySigner signer, SigningCase signing, FrostRequest request, FrostCommitment own, NodeId coordinator)
    {
        (_signer, _signing, _request, _coordinator) = (signer, signing, request, coordinator);
        Material = HeldMaterial.Nonces.NameOf(own);
    }

    public Digest32 Material { get; }

    public MessageType Type => MessageType.FrostShare;

    public bool NeedsShare => true;

    /// <summary>Reads the request, and compares it with what this node derived from the client's own.</summary>
    /// <param name="signer">As the coordinator knows this node: by the roster that its question names.</param>
    public static bool TryRead(
        IIdentitySigner signer, SigningCase signing, NodeId coordinator, PartyId coordinatorPid, ReadOnlySpan<byte> bytes,
        [NotNullWhen(true)] out IPartialAnswer? answer, [NotNullWhen(false)] out ServiceError? error)
    {
        answer = null;
        if (!FrostRequest.TryDecode(signing.Record, signing.Key.RecordHash, bytes, out var request, out var refusal))
        {
            error = refusal == FrostRefusal.OtherKeyRecord
                ? MaterialRefusal.OtherKey.ToError()
                : Refusals.Protocol($"The coordinator's request is not in order ({refusal}).");
            return false;
        }
        error = JudgeWords(signing, request, coordinatorPid);
        if (error is not null)
            return false;
        var own = request.Commitments.First(commitment => commitment.Signer == signing.Self.Pid);
        answer = new FrostPartialAnswer(signer, signing, request, own, coordinator);
        return true;
    }

    public ServiceError? Check(HeldMaterial piece) => piece is HeldMaterial.Nonces nonces
        && FrostSigner.Check(_request, _signing.Self.Pid, nonces.Pair, _coordinator) is null
        ? null
        : MaterialRefusal.Unknown.ToError();

    public PartialAnswer? Answer(HeldMaterial piece, SecretScalar? share, out ServiceError? error)
    {
        error = null;
        switch (FrostSigner.Sign(
            _signing.Record, _request, _signing.Self.Pid, share!, ((HeldMaterial.Nonces)piece).Pair, _coordinator, _signer))
        {
            case FrostAnswer.Signed signed:
                return new(signed.Share.EncodePayload(), signed.Commitment);
            case FrostAnswer.Refused refused:
                error = Refusals.Protocol($"The coordinator's request cannot be answered ({refused.Reason}).");
                return null;
            default:
                throw new InvalidOperationException("an answer of no known kind");
        }
    }

    private static ServiceError? JudgeWords(SigningCase signing, FrostRequest request, PartyId coordinatorPid)
    {
        if (!request.Message.Span.SequenceEqual(signing.Payload.Message.Span))
            return Refusals.Protocol("The coordinator asks for a signature on something else than the request's payload.");
        if (!FrostTerms.Of(signing).AreThoseOf(request))
            return Refusals.Protocol("The coordinator asks for a signature under another path or Taproot output than the client's request names.");
        return !request.Signers.Contains(signing.Self.Pid) || !request.Signers.Contains(coordinatorPid)
            ? MaterialRefusal.OtherQuorum.ToError()
            : null;
    }
}
