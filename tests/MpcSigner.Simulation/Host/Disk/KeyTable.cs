using System.Collections.Immutable;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using static MpcSigner.Simulation.Host.Disk.UndoLog;

namespace MpcSigner.Simulation.Host.Disk;

/// <summary>Keys by (key, generation) with their shares, whichever order they come from.</summary>
/// <param name="isDestroyed">Whether an order to destroy a key was carried out here.</param>
/// <typeparam name="TShare">A share as this disk keeps it.</typeparam>
public sealed class KeyTable<TShare>(UndoLog undo, Func<KeyId, bool> isDestroyed) where TShare : class
{
    private readonly Table<KeyId, ImmutableSortedDictionary<uint, KeyRow>> _keys = new(undo);
    private readonly Table<(Digest32, ushort), (KeyId, uint)> _places = new(undo);
    private readonly Table<(KeyId, uint), TShare> _shares = new(undo);

    /// <summary>Shares that the commit under way deletes: whoever owns them disposes of them once it is durable.</summary>
    public List<TShare> Deleted { get; } = [];

    public IReadOnlyCollection<TShare> Shares => _shares.Rows;

    public IEnumerable<KeyRow> All => _keys.Rows.SelectMany(generations => generations.Values);

    public IEnumerable<KeyId> Ids => _keys.ByKey.Keys;

    /// <summary>Ascending by generation.</summary>
    public IEnumerable<KeyRow> Generations(KeyId key) => _keys.TryFind(key, out var generations) ? generations.Values : [];

    public KeyRow? Find(KeyId key, uint generation) => _keys.TryFind(key, out var generations) ? generations.GetValueOrDefault(generation) : null;

    public IEnumerable<KeyRow> OfOrder(Digest32 order) => All.Where(key => key.Order == order).OrderBy(key => key.Index);

    public bool IsDestroyed(KeyId key) => isDestroyed(key);

    public TShare? Share(KeyId key, uint generation) => _shares.Find((key, generation));

    public bool HasShare(KeyRow key) => _shares.Contains((key.Record.KeyId, key.Record.Generation));

    public void Insert(KeyRow row)
    {
        Require(Find(row.Record.KeyId, row.Record.Generation) is null, "a key and generation twice");
        Require(!_places.Contains((row.Order, row.Index)), "a place of an order twice");
        _places.Set((row.Order, row.Index), (row.Record.KeyId, row.Record.Generation));
        Replace(row);
    }

    public void Replace(KeyRow row) => _keys.Set(
        row.Record.KeyId, (_keys.Find(row.Record.KeyId) ?? ImmutableSortedDictionary<uint, KeyRow>.Empty).SetItem(row.Record.Generation, row));

    /// <summary>Takes a row and its share away.</summary>
    public void Remove(KeyId key, uint generation)
    {
        RemoveShare(key, generation);
        if (!_keys.TryFind(key, out var generations) || !generations.TryGetValue(generation, out var row))
            return;
        _places.Remove((row.Order, row.Index));
        if (generations.Remove(generation) is { Count: > 0 } left)
            _keys.Set(key, left);
        else
            _keys.Remove(key);
    }

    public void PutShare(KeyId key, uint generation, TShare share)
    {
        Require(Find(key, generation) is { State: KeyState.Pending or KeyState.Active }, "a share without a key that may have one");
        Require(!_shares.Contains((key, generation)), "a share twice");
        _shares.Set((key, generation), share);
    }

    public void RemoveShare(KeyId key, uint generation)
    {
        if (_shares.TryFind((key, generation), out var share))
            Deleted.Add(share);
        _shares.Remove((key, generation));
    }

    /// <summary>What was destroyed or erased meanwhile stays said.</summary>
    public void RemovePending(Digest32 order)
    {
        foreach (var key in OfOrder(order).Where(key => key.State == KeyState.Pending).ToArray())
            Remove(key.Record.KeyId, key.Record.Generation);
    }

    /// <summary>Makes an order's PENDING keys ACTIVE, all or none; those that are destroyed or erased keep none of the others from it.</summary>
    public void Activate(Digest32 order, IReadOnlyList<(KeyId Key, ReadOnlyMemory<byte> Certificate)> certificates)
    {
        var rows = OfOrder(order).ToDictionary(row => row.Record.KeyId);
        foreach (var (key, certificate) in certificates)
        {
            Require(rows.TryGetValue(key, out var row), "a certificate of a key that the order has not");
            Require(row.State is KeyState.Pending or KeyState.Erased or KeyState.Destroyed, "a key that is not PENDING");
            if (row.State == KeyState.Pending)
                Replace(row with { State = KeyState.Active, Certificate = certificate });
            RetireOlder(key);
        }
        Require(!OfOrder(order).Any(key => key.State == KeyState.Pending), "a key without certificate");
    }

    /// <summary>Of a key's ACTIVE rows only the one of the highest generation stays in use.</summary>
    public void RetireOlder(KeyId key)
    {
        var active = Generations(key).Where(row => row.State == KeyState.Active).ToArray();
        foreach (var row in active.SkipLast(1))
            Replace(row with { State = KeyState.Retired });
    }

    /// <summary>Erases what is older than a generation; PENDING rows too.</summary>
    public void EraseOlder(KeyId key, uint generation, bool inUseToo)
    {
        foreach (var row in Generations(key).Where(row => row.Record.Generation < generation).ToArray())
        {
            if (row.State is not (KeyState.Pending or KeyState.Retired) && !(inUseToo && row.State == KeyState.Active))
                continue;
            RemoveShare(key, row.Record.Generation);
            Replace(row with { State = KeyState.Erased });
        }
    }

    public void Destroy(KeyId key)
    {
        foreach (var row in Generations(key).ToArray())
        {
            RemoveShare(key, row.Record.Generation);
            Replace(row with { State = KeyState.Destroyed });
        }
    }

    /// <summary>The row in use among <paramref name="visible"/> rows of one key: that of a destroyed key, ACTIVE, PENDING; then the highest generation.</summary>
    public static KeyRow? InUse(IEnumerable<KeyRow> visible) => visible
        .Where(row => row.State is KeyState.Pending or KeyState.Active or KeyState.Destroyed)
        .OrderByDescending(row => row.State).ThenByDescending(row => row.Record.Generation).FirstOrDefault();
}
