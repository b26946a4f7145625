using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>A verified signature, always with low s, and the key it verifies under: P_τ.</summary>
public sealed record OnlineSignature(GroupPoint PublicKey, EcdsaSignature Signature);

/// <summary>The initiator after its online request: waits for every signer's reply, its own included, assembles and verifies.</summary>
/// <remarks>Spec §13. Whatever comes out, the presignature is spent.</remarks>
public sealed class CollectingOnlineReplies
{
    private readonly OnlineRequest _request;
    private readonly OnlineEquation _equation;
    private readonly IGroup _group;
    private readonly IReadOnlyList<PartyId> _signers;
    private int _spent;

    private CollectingOnlineReplies(OnlineRequest request, OnlineEquation equation, IGroup group, IReadOnlyList<PartyId> signers) =>
        (_request, _equation, _group, _signers) = (request, equation, group, signers);

    /// <summary>Before the request is sent: what all signers will compute. Null when this request cannot be signed with this presignature.</summary>
    /// <param name="presignature">Ours; stays the caller's, unspent until <see cref="AnswerOwn"/>.</param>
    public static CollectingOnlineReplies? Begin(KeyRecord record, OnlineRequest request, Presignature presignature) =>
        request.Presignature == presignature.Id && request.RecordHash == presignature.RecordHash && KeyRecordHash.Compute(record) == presignature.RecordHash
        && OnlineEquation.TryRead(record, request, out var group, out var key, out var digest) is null
        && OnlineEquation.TryCreate(record, request, presignature.Nonce, group, key!, digest, out var equation)
            ? new(request, equation, group, presignature.Signers)
            : null;

    /// <summary>What all signers were asked.</summary>
    public OnlineRequest Request => _request;

    /// <summary>R′, encoded.</summary>
    public ReadOnlyMemory<byte> Commitment => _equation.Nonce.Encode();

    /// <summary>The initiator's own reply, as <see cref="OnlineSigner"/> makes everybody's: the presignature is spent before anything is computed.</summary>
    /// <param name="presignature">The one that this began with.</param>
    public OnlineAnswer AnswerOwn(Presignature presignature)
    {
        if (presignature.Id != _request.Presignature)
            return new OnlineAnswer.Refused(OnlineRefusal.OtherPresignature);
        if (!presignature.TrySpend(out var secrets))
            return new OnlineAnswer.Refused(OnlineRefusal.Spent);
        using (secrets)
            return OnlineSigner.Compute(_equation, secrets);
    }

    /// <summary>An inbox for the replies of all signers.</summary>
    public RoundInbox<RawMessage> NewInbox() => new(new(ProtocolKind.Presign, MessageType.OnlineReply, 0), _signers);

    /// <summary>Consumes this state and the inbox. Only a signature that verifies and from which P_τ is recovered comes out.</summary>
    public Transition<OnlineSignature> Complete(RoundInbox<RawMessage> inbox)
    {
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        List<Accusation> accused = [];
        PublicScalar u = _group.Zero, w = _group.Zero;
        foreach (var (from, raw) in inbox.Take(last: true))
        {
            using (raw)
            {
                if (!OnlineReply.TryDecode(_group, raw.Content, out var reply))
                    accused.Add(new(from, FaultKind.MalformedMessage, null, SignedStatement.DigestOf(raw.Content), []));
                else if (reply.Echo != _equation.Echo)
                    accused.Add(new(from, FaultKind.ReplyToOtherRequest, null, SignedStatement.DigestOf(raw.Content), []));
                else
                    (u, w) = (_group.AddPublic(u, reply.Nonce), _group.AddPublic(w, reply.Response));
            }
        }
        if (accused.Count > 0)
            return new Transition<OnlineSignature>.Abort(ProtocolFault.Blaming(inbox.Round, accused));
        return TryAssemble(u, w) is { } signature
            ? new Transition<OnlineSignature>.Advance(new(_equation.Key.PublicKey, signature), Outbox.Empty)
            : new Transition<OnlineSignature>.Abort(ProtocolFault.WithoutVerdict(inbox.Round, FaultKind.InvalidSignature, []));
    }

    /// <summary>s = w·u^−1, made low; null if u or s is 0, if it does not verify, or if another key is recovered.</summary>
    private EcdsaSignature? TryAssemble(PublicScalar u, PublicScalar w)
    {
        if (u.IsZero || !EcdsaSignature.TryCreate(_equation.R, _group.MultiplyPublic(w, _group.InvertPublic(u)), _equation.RecoveryId, out var raw))
            return null;
        var signature = raw.ToLowS();
        var digest = _request.Digest.ToArray();
        return signature.Verify(_equation.Key.PublicKey, digest) && signature.TryRecover(digest, out var recovered) && recovered == _equation.Key.PublicKey
            ? signature
            : null;
    }
}
