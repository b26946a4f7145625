using System.Collections.Concurrent;
using System.Threading.Channels;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Node.Host;

/// <summary>Tells those who watch a job that it has changed, once the change is durable.</summary>
internal sealed class JobWatch
{
    /// <summary>Watchers at a time.</summary>
    public const int MaxWatchers = 256;

    private readonly ConcurrentDictionary<Watcher, byte> _watchers = new();

    /// <summary>Null when there are too many watchers.</summary>
    public Watcher? Watch(Digest32 job)
    {
        var watcher = new Watcher(this, job);
        _watchers[watcher] = 0;
        if (_watchers.Count <= MaxWatchers)
            return watcher;
        watcher.Dispose();
        return null;
    }

    /// <summary>Called after a commit; jobs among its writes have changed.</summary>
    public void Committed(IReadOnlyList<StoreWrite> writes)
    {
        if (_watchers.IsEmpty)
            return;
        foreach (var put in writes.OfType<StoreWrite.PutJob>())
        {
            foreach (var watcher in _watchers.Keys)
            {
                if (watcher.Job == put.Row.Job)
                    watcher.Add(put.Row);
            }
        }
    }

    internal sealed class Watcher(JobWatch watch, Digest32 job) : IDisposable
    {
        // Only the newest state is of interest to one who reads slowly.
        private readonly Channel<JobRow> _changes = Channel.CreateBounded<JobRow>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

        public Digest32 Job => job;

        public ChannelReader<JobRow> Changes => _changes.Reader;

        public void Add(JobRow row) => _changes.Writer.TryWrite(row);

        public void Dispose() => watch._watchers.TryRemove(this, out _);
    }
}
