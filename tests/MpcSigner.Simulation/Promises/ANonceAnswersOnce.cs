using System.Buffers.Binary;
using MpcSigner.Coordination.Pools;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Promises;

/// <summary>No nonce commitment is given twice, and none stands under two answers, however alike the questions, whatever died and was started between them.</summary>
public sealed class ANonceAnswersOnce(World world, Questions questions) : Promise(world)
{
    private readonly HashSet<string> _given = [];
    private readonly HashSet<string> _answered = [];
    private readonly Dictionary<(SessionId Session, NodeId Nid), int> _replies = [];

    public override string Name => "P4_A_nonce_answers_one_request";

    public override void OnSent(SentMessage message)
    {
        if (message.Type == MessageType.FrostCommitment)
            OnCommitments(message);
        else if (message.Type == MessageType.FrostShare)
            OnShare(message);
        else if (message.Type == MessageType.OnlineReply)
            OnReply(message);
    }

    /// <summary>An online reply does not say what it answers: so many replies, so many presignatures asked about.</summary>
    private void OnReply(SentMessage message)
    {
        var signer = (message.Session.Terms.Session, message.Sender.Nid);
        var count = _replies[signer] = _replies.GetValueOrDefault(signer) + 1;
        Require(count <= questions.PresignaturesAsked(signer.Session, signer.Nid),
            $"{message.Sender.Roster.Name} answered two questions with one presignature: the key can be computed from the two answers");
    }

    private void OnCommitments(SentMessage message)
    {
        var (self, group) = (message.Session.PidOf(message.Sender.Nid), Groups.For(Questions.RecordOf(message).Suite.Curve()));
        Require(NonceReply.TryDecode(group, self, BinaryPrimitives.ReadUInt16BigEndian(message.Payload.Span[4..]), message.Payload.Span, out var reply), "commitments are malformed");
        foreach (var commitment in reply!.Commitments)
        {
            Require(_given.Add(Convert.ToHexString(commitment.Hiding.Encoded)), "one hiding commitment was given twice");
            Require(_given.Add(Convert.ToHexString(commitment.Binding.Encoded)), "one binding commitment was given twice");
        }
    }

    private void OnShare(SentMessage message)
    {
        var answered = questions.AnsweredBy(message);
        Require(answered is not null, $"{message.Sender.Roster.Name} sent a share that answers nothing it was asked");
        var own = answered!.Request.Commitments.First(commitment => commitment.Signer == message.Session.PidOf(message.Sender.Nid));
        Require(_answered.Add(Convert.ToHexString(own.Encode())),
            $"{message.Sender.Roster.Name} answered two questions with one nonce: its key share can be computed from the two answers");
    }
}
