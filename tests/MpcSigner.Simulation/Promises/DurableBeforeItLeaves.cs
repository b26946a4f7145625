using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Cryptography.Statements;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Promises;

/// <summary>Whatever a node says of its own state is on its disk when it says so: bookings, orders, ACKs, ABORTs, certificates, results, keys.</summary>
public sealed class DurableBeforeItLeaves(World world) : Promise(world)
{
    private readonly Dictionary<NodeId, int> _denials = [];

    public override string Name => BrokenPromiseException.DurableFirst;

    public override void OnSent(SentMessage message)
    {
        var store = message.Sender.Store;
        if (message.Session.Terms.Protocol is ProtocolKind.Refresh or ProtocolKind.Reshare or ProtocolKind.Recovery)
        {
            OnMaintenance(message, store);
            return;
        }
        var order = store.Orders.FirstOrDefault(row => row.Order == message.Session.Terms.Subject);
        switch (message.Type)
        {
            case MessageType.FrostRequest or MessageType.OnlineRequest when SigningAsk.TryDecode(message.Payload.Span, out var ask):
                foreach (var ack in ask.Acks.Where(ack => ack.Node == message.Sender.Nid))
                    RequireBooked(message.Sender, ack.Signature.Span);
                break;
            case MessageType.Ready when message.Session.Terms.Protocol == ProtocolKind.Dkg && message.Payload.Length == Ed25519Signature.Size:
                RequireBooked(message.Sender, message.Payload.Span);
                break;
            case MessageType.Round when message.Session.Terms.Protocol == ProtocolKind.Dkg:
                Require(order is not null, $"round {message.Round} left before the order was durable");
                Require(store.Bookings.Any(row => row.Value == World.BodyHash(order!.Request)), $"round {message.Round} left before the order was booked");
                break;
            case MessageType.Ack:
                Require(order is { State: OrderState.Acknowledged or OrderState.Active or OrderState.GivenUp } && order.Ack.Span.SequenceEqual(message.Payload.Span),
                    "an ACK left before it was durable");
                foreach (var key in store.Keys.Where(key => key.Order == order!.Order))
                    RequireShare(store, key);
                break;
            case MessageType.Certificate:
                Require(order is { State: OrderState.Active }, "a certificate left before the order was ACTIVE");
                break;
            case MessageType.Abort:
                Require(order is { State: OrderState.Aborted }, "an ABORT left before it was durable");
                break;
        }
    }

    private void OnMaintenance(SentMessage message, MemoryStore store)
    {
        var order = store.Maintenance.FirstOrDefault(row => row.Order == message.Session.Terms.Subject);
        switch (message.Type)
        {
            case MessageType.Round:
                Require(order is not null, $"round {message.Round} of maintenance left before the order was durable");
                break;
            case MessageType.Ack:
                Require(order is { State: not MaintenanceState.Begun } && order.Ack.Span.SequenceEqual(message.Payload.Span), "an ACK of maintenance left before it was durable");
                foreach (var key in store.Keys.Where(key => key.Order == order!.Order && key.State == KeyState.Pending && key.Record.Find(message.Sender.Nid) is not null))
                    RequireShare(store, key);
                break;
            case MessageType.Certificate or MessageType.Done:
                Require(order is { State: MaintenanceState.Active or MaintenanceState.Done }, $"{message.Type} left before the new generation was in use, durably");
                break;
            case MessageType.Abort:
                Require(order is { State: MaintenanceState.Aborted }, "an ABORT of maintenance left before it was durable");
                break;
        }
    }

    public override void OnEffect(SimulatedNode node, NodeEffect effect)
    {
        switch (effect)
        {
            case NodeEffect.AnswerPeer { Reply: PeerReply.Booked booked }:
                RequireBooked(node, booked.Ack.Signature.Span);
                if (booked.KnownResult.Length > 0)
                    RequireCompleted(node, booked.KnownResult.Span, "a result was told before it was durable");
                break;
            case NodeEffect.AnswerPeer { Reply: PeerReply.Judged { Denial: not null } } when !World.WentBack.Contains(node.Nid):
                // The answer does not name its request: so many denials told, so many in the log.
                var denials = _denials[node.Nid] = _denials.GetValueOrDefault(node.Nid) + 1;
                Require(node.Store.Log.Count(entry => entry.Kind == AuditKind.Denied) >= denials, "a denial was told before it was durable");
                break;
            case NodeEffect.AnswerPeer { Reply: PeerReply.AlreadySigned known }:
                RequireCompleted(node, known.Signature.Span, "a result was told before it was durable");
                break;
            case NodeEffect.AnswerPeer { Reply: PeerReply.Order { Answer: OrderAnswer.Acknowledged acknowledged } }:
                Require(node.Store.Orders.Any(row => row.Ack.Span.SequenceEqual(acknowledged.Ack.Span)), "an ACK was shown before it was durable");
                break;
            case NodeEffect.AnswerPeer { Reply: PeerReply.Order { Answer: OrderAnswer.Certified certified } }:
                Require(node.Store.Orders.Any(row => row.Order == certified.Certificate.Order && row.State == OrderState.Active), "a certificate was shown before the order was ACTIVE");
                break;
            case NodeEffect.AnswerPeer { Reply: PeerReply.Order { Answer: OrderAnswer.Aborted aborted } }:
                Require(node.Store.Orders.Any(row => row.State is OrderState.Aborted or OrderState.GivenUp && row.AbortSignature.Span.SequenceEqual(aborted.Signature.Span)), "an ABORT was shown before it was durable");
                break;
            case NodeEffect.AnswerClient { Reply: ClientReply.Signed signed }:
                RequireCompleted(node, signed.Signature.Span, "a signature was answered before it was durable");
                break;
            case NodeEffect.AnswerClient { Reply: ClientReply.KeysCreated created }:
                Require(created.Keys.All(key => node.Store.Keys.Any(row => row.Record.KeyId == key.Record.KeyId && row.State == KeyState.Active)),
                    "keys were answered before they were ACTIVE");
                break;
            case NodeEffect.CallPeer { Body: PeerCall.PushResult push }:
                RequireCompleted(node, push.Signature.Span, "a result was pushed before it was durable");
                break;
        }
    }

    private void RequireBooked(SimulatedNode node, ReadOnlySpan<byte> ack)
    {
        var found = false;
        foreach (var row in node.Store.Bookings)
        {
            var statement = RequestStatements.Booking(World.Cluster.Roster.Cluster, row.Kind, row.Scope, row.Value, node.Nid);
            found |= World.Identities[node.Nid].Verify(statement, ack);
        }
        Require(found, "a booking was acknowledged before it was durable");
    }

    private void RequireCompleted(SimulatedNode node, ReadOnlySpan<byte> result, string broken)
    {
        var found = false;
        foreach (var row in node.Store.Requests)
            found |= row.State == RequestState.Completed && row.Result.Span.SequenceEqual(result);
        Require(found, broken);
    }

    private void RequireShare(MemoryStore store, KeyRow key)
    {
        using var share = store.OpenShare(key.Record.KeyId, key.Record.Generation);
        Require(share is not null, "an ACK left before the share was durable");
    }
}
