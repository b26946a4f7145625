using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>What a node does with an order before it begins it: claims the keys, reads and judges its own rows, settles earlier attempts, opens its shares. Nothing is begun, whatever comes out.</summary>
/// <param name="withAnchors">The coordinator of a reshare or recovery shows the others what the keys are known by.</param>
/// <param name="opened">Takes the keys over.</param>
internal sealed class KeyOpening(
    Rooms rooms, MaintenanceBook book, MaintenanceCase order, bool withAnchors, Action<OpenedKeys> opened, Action<ServiceError> refused) : IDisposable
{
    private readonly MachineContext _context = rooms.Context;
    private readonly List<KeyHistory> _keys = [];
    private IReadOnlyList<KeyAnchor> _anchors = [];
    private EarlierAttempts? _earlier;
    private ShareOpening? _shares;
    private bool _claimed;
    private bool _over;

    public void Begin()
    {
        if (book.IsOpening(order.Hash))
        {
            Refuse(new(Reason.KeyBusy, "This order is being begun at this node already.", "Wait until it is over."));
            return;
        }
        if (!book.Claims.TryClaim(order, out var busy))
        {
            Refuse(new(Reason.KeyBusy, $"Another operation on key {busy} is under way at node {Name}.", "Try again once it is over."));
            return;
        }
        _claimed = true;
        book.Opening(order.Hash, begins: true);
        _context.Read([new StoreQuery.FindMaintenance(order.Hash)],
            answers =>
            {
                if (_over)
                    return;
                if (((StoreAnswer.Maintenance)answers[0]).Row is not null)
                    Refuse(Stale(order.Action.Attempt));
                else
                    ReadKeys();
            },
            _ => Refuse(Refusals.Storage()));
    }

    private string Name => _context.NameOf(_context.Self);

    private void ReadKeys()
    {
        var keys = order.Terms.Keys;
        KeyReading.Read(_context, keys.Count,
            k => [new StoreQuery.FindKey(keys[k].Key), new StoreQuery.FindAttempts(keys[k].Key, order.Makes(keys[k]))],
            answers =>
            {
                if (_over)
                    return;
                for (var k = 0; k < keys.Count; k++)
                {
                    var attempts = ((StoreAnswer.Attempts)answers[k][1]).Rows.Where(row => (row.Kind == (byte)OrderKind.Recovery) == order.IsRecovery);
                    _keys.Add(new(keys[k], ((StoreAnswer.Key)answers[k][0]).Row, [.. attempts]));
                }
                OnRead();
            },
            _ => Refuse(Refusals.Storage()));
    }

    private void OnRead()
    {
        if ((OrderedKeyJudge.Judge(_context, order, _keys) ?? JudgePending()) is { } error)
        {
            Refuse(error);
            return;
        }
        if (withAnchors)
            ReadAnchors();
        else
            SettleEarlier();
    }

    private void ReadAnchors() => _context.Read([new StoreQuery.FindAnchors([.. order.Terms.Keys.Select(key => key.Key)])], answers =>
    {
        if (_over)
            return;
        var found = ((StoreAnswer.Anchors)answers[0]).Values;
        for (var k = 0; k < found.Count; k++)
        {
            if (found[k] is null)
            {
                Refuse(new(Reason.WrongNode, $"Node {Name} has no anchor of key {order.Terms.Keys[k].Key}: it took no part in its creation, and none was shown to it.", "Run the order at another dealing node."));
                return;
            }
        }
        CheckAnchors([.. found.OfType<KeyAnchor>()]);
    }, _ => Refuse(Refusals.Storage()));

    /// <summary>The others blame whoever shows them an anchor that does not hold: what was stored here, under whatever roster, is judged once more before it is shown.</summary>
    private void CheckAnchors(IReadOnlyList<KeyAnchor> stored)
    {
        var work = new AnchorChecking(_context, order.Terms.Suite, order.Terms.Keys, stored);
        _context.Compute(work, () =>
        {
            if (_over)
                return;
            if (work.Proven is null)
            {
                Refuse(new(Reason.WrongNode, $"An anchor that node {Name} holds does not: {work.Fault}.", "Run the order at another dealing node."));
                return;
            }
            _anchors = stored;
            SettleEarlier();
        });
    }

    private void SettleEarlier()
    {
        if (order.IsRecovery)
        {
            OpenShares([]); // a recovery makes no generation: nothing of it can be certified twice
            return;
        }
        _earlier = new(rooms, book, order, [.. _keys.SelectMany(key => key.Attempts).DistinctBy(row => row.Order)], OpenShares, Refuse);
        _earlier.Begin();
    }

    /// <summary>What is PENDING here of a generation before the one that the order makes, from the key's creation or a missed certificate, is settled first: one PENDING row a key.</summary>
    private ServiceError? JudgePending()
    {
        if (order.IsRecovery)
            return null; // it takes the place of whatever is PENDING
        foreach (var (ordered, row) in _keys.Select(key => (key.Ordered, key.Row)))
        {
            var pending = book.Pending(ordered.Key);
            var isOfMaintenance = pending is not null && pending.Case.Terms.Keys.First(key => key.Key == ordered.Key).Generation < ordered.Generation;
            if (isOfMaintenance)
                pending!.SeekCertificate(static () => { }); // most likely it is on the way
            if (isOfMaintenance || (row is { State: KeyState.Pending } created && created.Record.Generation < order.Makes(ordered)))
            {
                return new(Reason.KeyPending, $"An earlier generation of key {ordered.Key} is PENDING at node {Name}.",
                    "Let the nodes reach each other, so that it learns the certificate; or end that attempt there.");
            }
        }
        return null;
    }

    private void OpenShares(IReadOnlyList<OwnAbort> aborts)
    {
        if (_over)
            return;
        if (!order.Deals(_context.Self))
        {
            Finish(aborts, null);
            return;
        }
        _shares = new(_context, order.Terms.Suite, order.Terms.Keys, shares => Finish(aborts, shares), why => Refuse(Refusals.Seal(why)));
        _shares.Begin();
    }

    private void Finish(IReadOnlyList<OwnAbort> aborts, SecretScalars? shares)
    {
        if (_over)
        {
            shares?.Dispose();
            return;
        }
        _over = true;
        // A record that this node is not asked to deal from is taken from the session, unless it is the very one that the order starts from.
        KeyRow?[] rows = [.. _keys.Select(key => key.Row is { State: KeyState.Active } row && row.RecordHash == key.Ordered.RecordHash ? row : null)];
        opened(new(rows, shares, _anchors, aborts, Release));
    }

    private void Refuse(ServiceError error)
    {
        if (_over)
            return;
        Dispose();
        refused(error);
    }

    private ServiceError Stale(uint attempt) => new(Reason.StaleAttempt, $"Attempt {attempt} was begun at node {Name} before; an attempt is never begun twice.", "Order another attempt.");

    private void Release()
    {
        book.Claims.Release(order);
        book.Opening(order.Hash, begins: false);
    }

    public void Dispose()
    {
        if (_over)
            return;
        _over = true;
        _earlier?.Dispose();
        _shares?.Dispose();
        if (_claimed)
            Release();
    }
}
