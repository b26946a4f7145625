using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Pools;

/// <summary>All material of this node as coordinator: shelf by shelf, filled in the background up to a level, the key that was used last first. In memory only.</summary>
internal sealed class Stock(Rooms rooms) : IDisposable
{
    /// <summary>Shelves at a time; those of keys that were not used for longest go first.</summary>
    public const int MaxShelves = 8_192;

    private readonly Dictionary<(Digest32 RecordHash, string Members), LinkedListNode<Shelf>> _shelves = [];
    private readonly LinkedList<Shelf> _lastUsedFirst = new();
    private Token? _tend;
    private int _ahead;

    private MachineContext Context => rooms.Context;

    private PoolSettings Settings => rooms.Context.Settings.Pools;

    /// <summary>Gives a piece now, or as soon as it is made; or says who could not make it.</summary>
    public MaterialWait Acquire(KeyRow key, IReadOnlyList<KeyParty> members, Action<Ticket> ready, Action<IReadOnlyList<NodeReason>> failed)
    {
        var shelf = Use(key, members);
        var wait = new MaterialWait(ready, failed);
        var ticket = shelf.TryTake();
        rooms.Counters.Taken(key.Record.KeyId, ticket is not null);
        if (ticket is null)
            shelf.Wait(wait);
        else
            wait.Ready(ticket);
        return wait;
    }

    /// <summary>Pieces ready with these co-signers.</summary>
    public int Ready(KeyRow key, IReadOnlyList<KeyParty> members) =>
        _shelves.TryGetValue(NameOf(key, members), out var shelf) ? shelf.Value.Count : 0;

    /// <summary>A key is being used: its shelves are looked after from here on.</summary>
    public void Used(SigningCase signing)
    {
        foreach (var members in Groups(signing.Key.Record))
            Tend(Use(signing.Key, members));
    }

    /// <summary>Quorums of a key with presignatures ready.</summary>
    public IEnumerable<IReadOnlyList<KeyParty>> ReadyGroups(KeyRow key)
    {
        var groups = Groups(key.Record);
        return (groups.Count > 0 ? groups : _lastUsedFirst.Where(shelf => shelf.Key.RecordHash == key.RecordHash).Select(shelf => shelf.Members))
            .Where(members => Ready(key, members) > 0);
    }

    /// <summary>A signature of this quorum did not verify: what else it has made is not used (spec §15).</summary>
    public void Suspect(KeyRow key, IReadOnlyList<KeyParty> members)
    {
        if (_shelves.TryGetValue(NameOf(key, members), out var shelf))
            shelf.Value.Empty(MaterialEnd.InDoubt);
    }

    /// <summary>With whom material of a key is kept ready: each co-signer for FROST; for ECDSA each quorum, unless there are too many.</summary>
    private IReadOnlyList<IReadOnlyList<KeyParty>> Groups(KeyRecord record)
    {
        KeyParty[] others = [.. record.Parties.Where(party => party.Nid != Context.Self)];
        if (record.Suite is not (Suite.EcdsaSecp256k1 or Suite.EcdsaP256))
            return [.. others.Select(party => (IReadOnlyList<KeyParty>)[party])];
        List<IReadOnlyList<KeyParty>> groups = [[]];
        foreach (var party in others)
        {
            groups.AddRange(groups.Where(group => group.Count < record.Threshold - 1).Select(group => (IReadOnlyList<KeyParty>)[.. group, party]).ToArray());
            if (groups.Count(group => group.Count == record.Threshold - 1) > Settings.MaxQuorums)
                return [];
        }
        return [.. groups.Where(group => group.Count == record.Threshold - 1)];
    }

    /// <summary>Begins sessions in the background where a level is low, the key that was used last first.</summary>
    public void Tend()
    {
        foreach (var shelf in _lastUsedFirst.ToArray())
        {
            if (_ahead >= Settings.MaxRefills)
                return;
            Tend(shelf);
        }
    }

    /// <summary>A session in the background has ended.</summary>
    public void RefilledAhead()
    {
        _ahead--;
        Tend();
    }

    /// <summary>Begins a session for one shelf if it wants one and there is room.</summary>
    public void Tend(Shelf shelf)
    {
        if (_ahead >= Settings.MaxRefills || !Wants(shelf) || !MakeRoom(shelf))
            return;
        _ahead++;
        shelf.Refill(inLine: false, BatchOf(shelf));
    }

    public void PeerRenewed(NodeId peer)
    {
        if (rooms.Peers.Find(peer)?.Newest is not { } newest)
            return;
        foreach (var shelf in _lastUsedFirst.ToArray())
            shelf.PeerRenewed(peer, newest.Instance);
    }

    /// <summary>A peer has cheated: nothing that was made with it is used.</summary>
    public void PeerBlamed(NodeId peer) => DropAllWith(peer, MaterialEnd.PeerFault);

    /// <summary>A peer has left the cluster.</summary>
    public void PeerLeft(NodeId peer) => DropAllWith(peer, MaterialEnd.NodeLeft);

    private void DropAllWith(NodeId peer, MaterialEnd why)
    {
        foreach (var shelf in _lastUsedFirst.Where(shelf => shelf.Members.Any(member => member.Nid == peer)).ToArray())
            shelf.DropAll(why);
    }

    /// <summary>Another generation of these keys is in use: what was made for an older one goes, and no more of it is made.</summary>
    public void KeysChanged(IReadOnlySet<KeyId> keys)
    {
        foreach (var shelf in _lastUsedFirst.Where(shelf => keys.Contains(shelf.Key.Record.KeyId)).ToArray())
            shelf.Retire();
    }

    public void DropAll(MaterialEnd why)
    {
        foreach (var shelf in _lastUsedFirst.ToArray())
            shelf.DropAll(why);
    }

    private int LevelOf(Shelf shelf) => shelf.IsPresigned ? Settings.PresignatureLevel : Settings.NonceLevel;

    private int BatchOf(Shelf shelf) => Math.Min(shelf.IsPresigned ? Settings.PresignBatch : Settings.NonceBatch, LevelOf(shelf));

    private bool Wants(Shelf shelf) => !shelf.IsRetired && BatchOf(shelf) > 0 && !shelf.IsRefilling && shelf.Count + BatchOf(shelf) <= LevelOf(shelf)
        && Context.Now.Elapsed - shelf.LastUsed < Settings.Life && Context.Now.Elapsed >= shelf.NotBefore
        && shelf.Members.All(member => rooms.Peers.Find(member.Nid) is { } peer && rooms.Peers.IsUsable(peer));

    /// <summary>Room for a batch: that of keys which were used before this one, the longest ago first.</summary>
    private bool MakeRoom(Shelf wanting)
    {
        for (var other = _lastUsedFirst.Last; rooms.Counters.Stocked + (_ahead + 1) * BatchOf(wanting) > Settings.MaxStocked; other = other.Previous)
        {
            if (other is null || other.Value == wanting || other.Value.LastUsed >= wanting.LastUsed)
                return false;
            other.Value.Empty(MaterialEnd.Displaced);
        }
        return true;
    }

    private Shelf Use(KeyRow key, IReadOnlyList<KeyParty> members)
    {
        var name = NameOf(key, members);
        if (_shelves.TryGetValue(name, out var node))
            _lastUsedFirst.Remove(node);
        else
            _shelves.Add(name, node = new(new(rooms, key, members)));
        _lastUsedFirst.AddFirst(node);
        node.Value.LastUsed = Context.Now.Elapsed;
        for (var last = _lastUsedFirst.Last; _shelves.Count > MaxShelves && last is not null && last.Value.IsIdle; last = _lastUsedFirst.Last)
            Remove(last);
        _tend ??= Context.StartTimer(Settings.TendInterval, OnTend);
        return node.Value;
    }

    private void OnTend()
    {
        _tend = null;
        for (var node = _lastUsedFirst.Last; node is not null;)
        {
            var before = node.Previous;
            node.Value.Sweep();
            if (node.Value.IsIdle && Context.Now.Elapsed - node.Value.LastUsed >= Settings.Life)
                Remove(node);
            node = before;
        }
        Tend();
        if (_shelves.Count > 0)
            _tend = Context.StartTimer(Settings.TendInterval, OnTend);
    }

    private void Remove(LinkedListNode<Shelf> node)
    {
        _lastUsedFirst.Remove(node);
        _shelves.Remove(NameOf(node.Value.Key, node.Value.Members));
    }

    private static (Digest32, string) NameOf(KeyRow key, IReadOnlyList<KeyParty> members) =>
        (key.RecordHash, string.Join(',', members.Select(member => member.Pid)));

    public void Dispose()
    {
        foreach (var shelf in _lastUsedFirst)
            shelf.Dispose();
    }
}
