using System.Diagnostics;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Node.Vault;

/// <summary>Opened shares in locked memory, the ones longest unused given up first. Each lookup lends a copy of its own.</summary>
[DebuggerDisplay("{Count} shares")]
internal sealed class ShareCache : IDisposable
{
    /// <summary>The largest capacity: some 2 MiB of locked memory.</summary>
    public const int MaxCapacity = 65_536;

    /// <summary>Within the 8 MiB that an ordinary user may lock.</summary>
    public const int DefaultCapacity = 4_096;

    private readonly Lock _gate = new();
    private readonly int _capacity;
    private readonly Dictionary<(KeyId Key, uint Generation), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private long _forgotten;
    private bool _disposed;

    /// <param name="capacity">0..<see cref="MaxCapacity"/>; 0 keeps nothing, and each use opens anew.</param>
    public ShareCache(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, MaxCapacity);
        _capacity = capacity;
    }

    public int Count
    {
        get { lock (_gate) return _entries.Count; }
    }

    /// <summary>A copy, which is the caller's to dispose; null if the share is not here.</summary>
    public SecretScalar? Find(KeyId key, uint generation)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue((key, generation), out var node))
                return null;
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Share.Copy();
        }
    }

    /// <summary>Counts what was forgotten: a share whose opening began before is not kept after.</summary>
    public long Forgotten
    {
        get { lock (_gate) return _forgotten; }
    }

    /// <summary>Wipes these shares here: they are not used again.</summary>
    public void Forget(IEnumerable<(KeyId Key, uint Generation)> shares)
    {
        lock (_gate)
        {
            _forgotten++;
            foreach (var share in shares)
            {
                if (!_entries.Remove(share, out var node))
                    continue;
                _byUse.Remove(node);
                node.Value.Share.Dispose();
            }
        }
    }

    /// <summary>Keeps a copy.</summary>
    /// <param name="forgotten"><see cref="Forgotten"/> before the share was read.</param>
    public void Keep(KeyId key, uint generation, SecretScalar share, long forgotten)
    {
        lock (_gate)
        {
            if (_disposed || _capacity == 0 || forgotten != _forgotten || _entries.ContainsKey((key, generation)))
                return;
            if (_entries.Count == _capacity)
                GiveUpOldest();
            _entries.Add((key, generation), _byUse.AddFirst(new Entry(key, generation, share.Copy())));
        }
    }

    private void GiveUpOldest()
    {
        var oldest = _byUse.Last!.Value;
        _byUse.RemoveLast();
        _entries.Remove((oldest.Key, oldest.Generation));
        oldest.Share.Dispose();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            while (_entries.Count > 0)
                GiveUpOldest();
        }
    }

    /// <summary>A class, not a record: it holds a secret.</summary>
    private sealed class Entry(KeyId key, uint generation, SecretScalar share)
    {
        public KeyId Key { get; } = key;

        public uint Generation { get; } = generation;

        public SecretScalar Share { get; } = share;
    }
}
