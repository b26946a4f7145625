using System.Security.Cryptography;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Simulation.Host;

/// <summary>A node broke a promise.</summary>
public sealed class BrokenPromiseException(string message, string promise = BrokenPromiseException.DurableFirst) : Exception($"{promise}: {message}")
{
    /// <summary>What the order of a node's effects is checked for.</summary>
    public const string DurableFirst = "P5_Nothing_leaves_before_it_is_durable";

    public string Promise { get; } = promise;
}

/// <summary>Watches one node's effects against its disk: what must be durable before something leaves the node is looked up there at that very moment.</summary>
/// <remarks>Envelopes are sealed, but their headers say what they are: counting them against the log's entries is enough.</remarks>
public sealed class EffectChecker
{
    private readonly HashSet<SessionId> _acknowledgedSessions = [];
    private readonly HashSet<string> _received = [];
    private readonly HashSet<SessionId> _creations = [];
    private readonly MaintenanceChecker _maintenance = new();
    private int _sharesSent;
    private ulong _lastSequence;
    private Digest32 _lastHash;
    private bool _known;

    /// <summary>Off for a node that cheats.</summary>
    public bool IsOn { get; set; } = true;

    public void Restarted() => _known = false;

    /// <summary>The node has another disk: what it said before is not there.</summary>
    public void DiskReplaced()
    {
        _acknowledgedSessions.Clear();
        _sharesSent = 0;
    }

    public void Check(SimulatedNode node, NodeEffect effect)
    {
        if (!IsOn)
            return;
        switch (effect)
        {
            case NodeEffect.SendFrame { Frame: SessionFrame.Open open }:
                Opened(open);
                break;
            case NodeEffect.SendFrame { Frame: SessionFrame.Envelope envelope } when EnvelopeHeader.TryRead(envelope.Bytes.Span, out var header):
                // What was received before is relayed, not said.
                if (!_received.Contains(Name(envelope)))
                    CheckEnvelope(node, header);
                break;
            case NodeEffect.AnswerClient { Reply: ClientReply.Signed signed }:
                Require(node.Store.Requests.Any(row => row.State == RequestState.Completed && row.Result.Span.SequenceEqual(signed.Signature.Span)),
                    "a signature was answered before it was durable");
                break;
            case NodeEffect.AnswerClient { Reply: ClientReply.KeysCreated created }:
                Require(created.Keys.All(key => node.Store.Keys.Any(row => row.Record.KeyId == key.Record.KeyId && row.State == KeyState.Active)),
                    "keys were answered before they were ACTIVE");
                break;
            case NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned }:
                CheckShare(node);
                break;
            case NodeEffect.CallPeer { Body: PeerCall.PartialSign ask }:
                // With the question goes the coordinator's own booking.
                Require(node.Store.Bookings.Any(row => row.Value == new Digest32(SHA256.HashData(ask.Request.Body.Span))), "a booking was acknowledged before it was durable");
                break;
            case NodeEffect.AnswerPeer { Reply: PeerReply.Booked }:
                Require(node.Store.Bookings.Count > 0, "a booking was acknowledged before it was durable");
                break;
            case NodeEffect.AnswerPeer { Reply: PeerReply.Order { Answer: OrderAnswer.Acknowledged acknowledged } }:
                Require(node.Store.Orders.Any(row => row.Ack.Span.SequenceEqual(acknowledged.Ack.Span)), "an ACK was shown before it was durable");
                break;
            case NodeEffect.AnswerPeer { Reply: PeerReply.Order { Answer: OrderAnswer.Aborted aborted } }:
                Require(node.Store.Orders.Any(row => row.AbortSignature.Span.SequenceEqual(aborted.Signature.Span)), "an ABORT was shown before it was durable");
                break;
            case NodeEffect.Commit commit:
                CheckChain(commit);
                break;
            case NodeEffect.AnswerPeer { Reply: PeerReply.Maintenance maintenance }:
                _maintenance.CheckAnswer(node, maintenance.Answer);
                break;
            case NodeEffect.CallPeer { Body: PeerCall.PushMaintained push }:
                _maintenance.CheckInUse(node, push.Certificate.Order);
                break;
            default:
                break;
        }
    }

    /// <summary>To be told of every frame the node gets.</summary>
    public void Received(SessionFrame frame)
    {
        if (frame is SessionFrame.Envelope envelope)
            _received.Add(Name(envelope));
        else if (frame is SessionFrame.Open open)
            Opened(open);
    }

    private void Opened(SessionFrame.Open open)
    {
        if (SignedJoin.TryDecode(open.InitiatorJoin.Span, out var join) && join.Join.Terms.Protocol == ProtocolKind.Dkg)
            _creations.Add(join.Join.Terms.Session);
        else if (join is not null)
            _maintenance.Opened(join.Join.Terms);
    }

    private static string Name(SessionFrame.Envelope envelope) => Convert.ToBase64String(SHA256.HashData(envelope.Bytes.Span));

    private void CheckShare(SimulatedNode node)
    {
        _sharesSent++;
        Require(_sharesSent <= Count(node, AuditKind.ShareReleased), "a share left before R was in the durable log");
        foreach (var released in node.Store.Log.Where(entry => entry.Kind == AuditKind.ShareReleased))
        {
            var suite = node.Store.Keys.First(key => key.Record.KeyId == released.Key).Record.Suite;
            Require(released.Detail.Length == suite.Curve().PointSize(), "the log does not name R");
            foreach (var kind in new[] { AuditKind.RequestReceived, AuditKind.Allowed, AuditKind.Booked })
            {
                Require(node.Store.Log.Any(entry => entry.Kind == kind && entry.Request == released.Request && entry.Sequence < released.Sequence),
                    $"a share left without a durable {kind}");
            }
            Require(node.Store.Bookings.Any(row => row.Value == released.Request), "a share left without a durable booking");
        }
    }

    private void CheckEnvelope(SimulatedNode node, EnvelopeHeader header)
    {
        _maintenance.CheckEnvelope(node, header);
        switch (header.Type)
        {
            case MessageType.Ack:
                _acknowledgedSessions.Add(header.Session);
                Require(_acknowledgedSessions.Count <= Count(node, AuditKind.OrderAcknowledged), "an ACK left before it was durable");
                break;
            case MessageType.Round when header.Round == 1 && _creations.Contains(header.Session):
                Require(node.Store.Orders.Count > 0, "round 1 left before the order was durable");
                break;
            default:
                break;
        }
    }

    private void CheckChain(NodeEffect.Commit commit)
    {
        foreach (var append in commit.Writes.OfType<StoreWrite.Append>())
        {
            if (_known)
                Require(append.Entry.Sequence == _lastSequence + 1 && append.Entry.Hash != _lastHash, "the log does not chain");
            (_lastSequence, _lastHash, _known) = (append.Entry.Sequence, append.Entry.Hash, true);
        }
    }

    private static int Count(SimulatedNode node, AuditKind kind) => node.Store.Log.Count(entry => entry.Kind == kind);

    internal static void Require(bool holds, string broken)
    {
        if (!holds)
            throw new BrokenPromiseException(broken);
    }
}
