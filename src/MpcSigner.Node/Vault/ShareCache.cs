using System.Diagnostics;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Node.Vault;

/// <summary>Opened shares in locked memory, for a stated time at most, the ones longest unused given up first. Each lookup lends a copy of its own.</summary>
[DebuggerDisplay("{Count} shares")]
internal sealed class ShareCache : IDisposable
{
    /// <summary>The largest capacity: some 2 MiB of locked memory.</summary>
    public const int MaxCapacity = 65_536;

    /// <summary>Within the 8 MiB that an ordinary user may lock.</summary>
    public const int DefaultCapacity = 4_096;

    /// <summary>From a share's opening to its wiping, however often it is used.</summary>
    public static readonly TimeSpan DefaultLife = TimeSpan.FromHours(1);

    public static readonly TimeSpan MaxLife = TimeSpan.FromHours(24);

    private readonly Lock _gate = new();
    private readonly int _capacity;
    private readonly TimeSpan _life;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Dictionary<(KeyId Key, uint Generation), Entry> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();

    /// <summary>All live equally long: the first is the first to go.</summary>
    private readonly LinkedList<Entry> _byAge = new();
    private long _forgotten;
    private bool _disposed;

    /// <param name="capacity">0..<see cref="MaxCapacity"/>; 0 keeps nothing, and each use opens anew.</param>
    /// <param name="life">0..<see cref="MaxLife"/>; 0 keeps nothing.</param>
    public ShareCache(int capacity, TimeSpan life, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, MaxCapacity);
        ArgumentOutOfRangeException.ThrowIfLessThan(life, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(life, MaxLife);
        (_capacity, _life, _time) = (life > TimeSpan.Zero ? capacity : 0, life, time);
        _timer = time.CreateTimer(static cache => ((ShareCache)cache!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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
            GiveUpExpired(); // the timer may be late
            if (!_entries.TryGetValue((key, generation), out var entry))
                return null;
            _byUse.Remove(entry.ByUse);
            _byUse.AddFirst(entry.ByUse);
            return entry.Share.Copy();
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
                if (_entries.TryGetValue(share, out var entry))
                    GiveUp(entry);
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
                GiveUp(_byUse.Last!.Value);
            var entry = new Entry(key, generation, share.Copy(), _time.GetTimestamp());
            _entries.Add((key, generation), entry);
            _byUse.AddFirst(entry.ByUse);
            _byAge.AddLast(entry.ByAge);
            if (_entries.Count == 1)
                _timer.Change(_life, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            GiveUpExpired();
            if (_byAge.First is { Value: var oldest })
                _timer.Change(_life - _time.GetElapsedTime(oldest.Kept), Timeout.InfiniteTimeSpan);
        }
    }

    private void GiveUpExpired()
    {
        while (_byAge.First is { Value: var oldest } && _time.GetElapsedTime(oldest.Kept) >= _life)
            GiveUp(oldest);
    }

    private void GiveUp(Entry entry)
    {
        _byUse.Remove(entry.ByUse);
        _byAge.Remove(entry.ByAge);
        _entries.Remove((entry.Key, entry.Generation));
        entry.Share.Dispose();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            while (_byAge.First is { Value: var oldest })
                GiveUp(oldest);
        }
        _timer.Dispose();
    }

    /// <summary>A class, not a record: it holds a secret.</summary>
    private sealed class Entry
    {
        public Entry(KeyId key, uint generation, SecretScalar share, long kept)
        {
            (Key, Generation, Share, Kept) = (key, generation, share, kept);
            (ByUse, ByAge) = (new(this), new(this));
        }

        public KeyId Key { get; }

        public uint Generation { get; }

        public SecretScalar Share { get; }

        public long Kept { get; }

        public LinkedListNode<Entry> ByUse { get; }

        public LinkedListNode<Entry> ByAge { get; }
    }
}
