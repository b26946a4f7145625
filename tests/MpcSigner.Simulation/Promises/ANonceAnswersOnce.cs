using System.Security.Cryptography;
using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Promises;

/// <summary>No nonce commitment is given twice, and none stands under shares for two different requests.</summary>
public sealed class ANonceAnswersOnce(World world) : Promise(world)
{
    private readonly HashSet<string> _given = [];
    private readonly Dictionary<(SessionId, NodeId), List<byte[]>> _asked = [];
    private readonly Dictionary<(SessionId, NodeId), string> _answered = [];

    public override string Name => "P4_A_nonce_answers_one_request";

    /// <summary>A question that a coordinator, honest or not, puts to a signer.</summary>
    public void Asked(SentMessage question)
    {
        if (!_asked.TryGetValue((question.Session.Terms.Session, question.Recipient), out var requests))
            _asked.Add((question.Session.Terms.Session, question.Recipient), requests = []);
        if (SigningAsk.TryDecode(question.Payload.Span, out var ask))
            requests.Add(ask.Request.ToArray());
    }

    public override void OnSent(SentMessage message)
    {
        if (message.Type == MessageType.FrostCommitment && SigningReply.TryDecode(message.Payload.Span, out var reply) && reply is SigningReply.Commitment commitment)
        {
            Require(_given.Add(Convert.ToHexString(commitment.Points.Span[..32])), "one hiding commitment was given twice");
            Require(_given.Add(Convert.ToHexString(commitment.Points.Span[32..])), "one binding commitment was given twice");
        }
        else if (message.Type == MessageType.FrostShare)
            OnShare(message);
    }

    private void OnShare(SentMessage message)
    {
        var session = (message.Session.Terms.Session, message.Sender.Nid);
        var record = message.Sender.Store.Keys.First(key => key.RecordHash == message.Session.Terms.Subject).Record;
        var request = Answered(record, message, _asked.GetValueOrDefault(session) ?? []);
        Require(request is not null, $"{message.Sender.Roster.Name} sent a share that answers nothing it was asked");
        Require(_answered.TryAdd(session, request!) || _answered[session] == request,
            $"{message.Sender.Roster.Name} answered two requests with one nonce: its key share can be computed from the two answers");
    }

    /// <summary>A digest of the request that the share is signed for.</summary>
    private string? Answered(KeyRecord record, SentMessage message, List<byte[]> asked)
    {
        foreach (var bytes in asked)
        {
            if (FrostRequest.TryDecode(record, message.Session.Terms.Subject, bytes, out var request, out _)
                && FrostShare.TryRead(message.Session.PidOf(message.Sender.Nid), request, message.Payload.Span, out var share)
                && share.Verify(World.Identities[message.Sender.Nid]))
                return Convert.ToHexString(SHA256.HashData(request.EncodeWithoutOsid()));
        }
        return null;
    }
}
