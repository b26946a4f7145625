using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Simulation.Watch;

/// <summary>What a share answers: the question that was put to its signer, and the client's request that came with it.</summary>
public sealed record AnsweredQuestion(FrostRequest Request, SignedRequest Client);

/// <summary>All questions that coordinators, honest or not, have put to signers. A share is signed over its question, which tells them apart.</summary>
public sealed class Questions(IReadOnlyDictionary<NodeId, Ed25519PublicKey> identities)
{
    private readonly Dictionary<(SessionId, NodeId), List<(SignedRequest Client, byte[] Bytes)>> _asked = [];

    public void Asked(SentMessage question)
    {
        if (!_asked.TryGetValue((question.Session.Terms.Session, question.Recipient), out var asked))
            _asked.Add((question.Session.Terms.Session, question.Recipient), asked = []);
        if (SigningAsk.TryDecode(question.Payload.Span, out var ask) && question.Request is { } client)
            asked.Add((client, ask.Request.ToArray()));
    }

    /// <summary>Presignatures that a signer was asked about in a session, each once, however often it was asked.</summary>
    public int PresignaturesAsked(SessionId session, NodeId signer) => (_asked.GetValueOrDefault((session, signer)) ?? [])
        .Select(asked => OnlineRequest.TryDecode(asked.Bytes, out var request) ? request.Presignature : default).Distinct().Count();

    /// <summary>Null when the share answers nothing that its sender was asked in its session.</summary>
    public AnsweredQuestion? AnsweredBy(SentMessage share)
    {
        var record = RecordOf(share);
        var asked = _asked.GetValueOrDefault((share.Session.Terms.Session, share.Sender.Nid)) ?? [];
        for (var i = asked.Count - 1; i >= 0; i--)
        {
            if (FrostRequest.TryDecode(record, share.Session.Terms.Subject, asked[i].Bytes, out var request, out _)
                && FrostShare.TryRead(share.Session.PidOf(share.Sender.Nid), request, share.Payload.Span, out var read)
                && read.Verify(identities[share.Sender.Nid]))
                return new(request, asked[i].Client);
        }
        return null;
    }

    public static KeyRecord RecordOf(SentMessage message) =>
        message.Sender.Store.Keys.First(key => key.RecordHash == message.Session.Terms.Subject).Record;
}
