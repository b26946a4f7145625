using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>The orders this node is concerned with, one object each from its beginning to its end; answers parties that ask about any.</summary>
internal sealed class OrderBook(Rooms rooms) : IDisposable
{
    private readonly Dictionary<Digest32, Order> _orders = [];
    private readonly HashSet<Digest32> _reading = [];
    private readonly MachineContext _context = rooms.Context;

    /// <summary>Orders whose end is not known here yet; those given up are not counted.</summary>
    public int Open => _orders.Values.Count(static order => order.Phase != OrderPhase.GivenUp);

    public Order? Find(Digest32 hash) => _orders.GetValueOrDefault(hash);

    public void Remove(Order order) => _orders.Remove(order.Hash);

    /// <summary>Takes up what earlier instances of this node left: Begun ends here, Acknowledged is asked about, GivenUp rarely.</summary>
    public void Restore()
    {
        foreach (var row in _context.Setup.Stored.OpenOrders)
        {
            if (!rooms.Gate.TryAuthenticateEver(row.Request, out var request, out var error))
            {
                // A client that the roster no longer names: nothing may be done on its word; the order stays as it is, visibly.
                _context.Observe(new Observation.OrderPending(row.Order));
                continue;
            }
            Revive(row, request);
        }
    }

    private Order Revive(OrderRow row, AuthenticatedRequest request)
    {
        var order = new Order(rooms, this, request);
        _orders.Add(row.Order, order);
        order.Restore(row);
        return order;
    }

    /// <summary>Registers an order that is to begin, unless it is known: a creation is never begun twice.</summary>
    public void TryOpen(AuthenticatedRequest request, Action<Order> opened, Action<ServiceError> refused)
    {
        var hash = CreationCase.OrderOf(request);
        if (_orders.ContainsKey(hash) || !_reading.Add(hash))
        {
            refused(KnownAlready());
            return;
        }
        _context.Read([new StoreQuery.FindOrder(hash)],
            answers =>
            {
                _reading.Remove(hash);
                if (((StoreAnswer.Order)answers[0]).Row is not null)
                {
                    refused(KnownAlready());
                    return;
                }
                var order = new Order(rooms, this, request);
                _orders.Add(hash, order);
                opened(order);
            },
            _ =>
            {
                _reading.Remove(hash);
                refused(Refusals.Storage());
            });
    }

    /// <summary>A party in PENDING asks. Whoever does not know the order refuses it for ever before it says so.</summary>
    public void Ask(CallId call, NodeId peer, PeerCall.AskOrder ask)
    {
        if (!TryRead(call, peer, ask.Request, out var request))
            return;
        var hash = CreationCase.OrderOf(request);
        if (_orders.TryGetValue(hash, out var order))
        {
            Answer(call, order.Answer());
            return;
        }
        if (!_reading.Add(hash))
        {
            Answer(call, new OrderAnswer.InProgress());
            return;
        }
        rooms.Ledger.Claim(request,
            entry => _context.Read([new StoreQuery.FindOrder(hash), new StoreQuery.FindOrderKeys(hash)],
                answers => OnRead(call, entry, ((StoreAnswer.Order)answers[0]).Row, ((StoreAnswer.OrderKeys)answers[1]).Rows),
                _ =>
                {
                    _reading.Remove(hash);
                    rooms.Ledger.Release(entry);
                    Refuse(call, Refusals.Storage());
                }),
            error =>
            {
                _reading.Remove(hash);
                Refuse(call, error);
            });
    }

    /// <summary>A party that activated pushes the certificate.</summary>
    public void Push(CallId call, PeerCall.PushCertificate push)
    {
        var certificate = push.Certificate;
        if (_orders.TryGetValue(certificate.Order, out var order))
            Take(call, order, certificate);
        else
            _context.Read([new StoreQuery.FindOrder(certificate.Order)],
                answers => OnPushed(call, certificate, ((StoreAnswer.Order)answers[0]).Row), _ => Refuse(call, Refusals.Storage()));
    }

    private void OnPushed(CallId call, OrderCertificate certificate, OrderRow? row)
    {
        if (_orders.TryGetValue(certificate.Order, out var order))
            Take(call, order, certificate); // begun while the store was read
        else if (row is not { State: OrderState.Acknowledged or OrderState.GivenUp })
            Accept(call); // ended, or none of ours: nothing to do
        else if (rooms.Gate.TryAuthenticateEver(row.Request, out var request, out var error))
            Take(call, Revive(row, request), certificate);
        else
            Refuse(call, error); // its shares stay until the roster names its client again
    }

    private void Take(CallId call, Order order, OrderCertificate certificate)
    {
        if (order.AddCertificate(certificate))
            Accept(call);
        else
            Refuse(call, Refusals.Protocol("The certificate is not of the order's result at this node."));
    }

    private void Accept(CallId call) => _context.Do(new NodeEffect.AnswerPeer(call, new PeerReply.Accepted()));

    private bool TryRead(CallId call, NodeId peer, SignedRequest signed, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AuthenticatedRequest? request)
    {
        if (!rooms.Gate.TryAuthenticateEver(signed, out request, out var error))
        {
            Refuse(call, error);
            return false;
        }
        if (request.Body.Action is RequestAction.CreateKeys creation && Has(creation, _context.Self) && Has(creation, peer))
            return true;
        Refuse(call, Refusals.Malformed("The order is not one that both nodes are parties of."));
        return false;

        static bool Has(RequestAction.CreateKeys creation, NodeId nid) => creation.Parties.Any(party => party.Nid == nid);
    }

    private void OnRead(CallId call, RequestEntry entry, OrderRow? row, IReadOnlyList<KeyRow> keys)
    {
        var hash = CreationCase.OrderOf(entry.Request);
        _reading.Remove(hash);
        if (row is null)
        {
            var order = new Order(rooms, this, entry.Request);
            _orders.Add(hash, order);
            order.Watch(ended => Answer(call, ended.Answer()));
            order.RefuseForEver(entry);
            return;
        }
        rooms.Ledger.Release(entry);
        Answer(call, OrderAnswers.FromStore(row, keys, _context.Self, (RequestAction.CreateKeys)entry.Request.Body.Action));
    }

    private static ServiceError KnownAlready() => new(
        Reason.IdempotencyConflict, "This order was begun before; a creation is never retried.", "Send a new request with a new idempotency key.");

    private void Answer(CallId call, OrderAnswer answer) => _context.Do(new NodeEffect.AnswerPeer(call, new PeerReply.Order(answer)));

    private void Refuse(CallId call, ServiceError error) => _context.Do(new NodeEffect.AnswerPeer(call, new PeerReply.Refused(error)));

    public void Dispose()
    {
        foreach (var order in _orders.Values)
            order.Dispose();
    }
}
