using System.Diagnostics;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Secrets.Sealing;

namespace MpcSigner.Node.Vault;

/// <summary>The generations of a node's sealing key: what is sealed is sealed under the newest, what is opened opens under its own. Safe for concurrent use.</summary>
[DebuggerDisplay("<redacted>")]
internal sealed class SealingKeys : IDisposable
{
    private readonly Lock _gate = new();

    /// <summary>Ascending; the last is the newest.</summary>
    private readonly List<Generation> _generations = [];

    /// <param name="keys">Ascending by generation; taken over.</param>
    public SealingKeys(IReadOnlyList<SealingKey> keys)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            Debug.Assert(i == 0 || keys[i].Generation > keys[i - 1].Generation);
            _generations.Add(new(keys[i]));
        }
    }

    public uint Newest
    {
        get { lock (_gate) return _generations[^1].Key.Generation; }
    }

    public int Count
    {
        get { lock (_gate) return _generations.Count; }
    }

    /// <summary>From now on this generation seals.</summary>
    public void Add(SealingKey key)
    {
        lock (_gate)
            _generations.Add(new(key));
    }

    /// <summary>Wipes all but the newest. Nothing may be on its way to the disk under them: see <see cref="OldLeasesEnded"/>.</summary>
    public void ForgetOld()
    {
        lock (_gate)
        {
            if (_generations.SkipLast(1).Any(generation => generation.Leases > 0))
                throw new InvalidOperationException("a seal under an old generation is on its way to the disk");
            foreach (var old in _generations.SkipLast(1))
                old.Key.Dispose();
            _generations.RemoveRange(0, _generations.Count - 1);
        }
    }

    /// <summary>Wraps every generation, or the newest alone, for the operator's secret.</summary>
    public IReadOnlyList<byte[]> Wrap(Bytes32 recipient, NodeId nid, IRandomSource random, bool newestOnly)
    {
        lock (_gate)
            return [.. (newestOnly ? _generations.TakeLast(1) : _generations).Select(generation => generation.Key.Wrap(recipient, nid, random))];
    }

    public byte[] Seal(SealingContext context, SecureMemory secret, IRandomSource random)
    {
        lock (_gate)
            return _generations[^1].Key.Seal(context, secret, random);
    }

    /// <summary>Takes the newest generation for seals that go to the disk later: it is not forgotten before the lease ends.</summary>
    public SealingLease Lease()
    {
        lock (_gate)
        {
            var newest = _generations[^1];
            newest.Leases++;
            return new(this, newest);
        }
    }

    /// <summary>Ends when all leases on generations before the newest have ended.</summary>
    public Task OldLeasesEnded()
    {
        lock (_gate)
            return Task.WhenAll([.. _generations.SkipLast(1).Where(generation => generation.Leases > 0).Select(generation => generation.Idle.Task)]);
    }

    public OpenResult TryOpen(SealingContext context, ReadOnlySpan<byte> sealedBytes, out SecureMemory? plaintext)
    {
        plaintext = null;
        if (!SealedBytes.TryReadGeneration(sealedBytes, out var number))
            return OpenResult.Malformed;
        lock (_gate)
        {
            var found = _generations.Find(generation => generation.Key.Generation == number);
            return found is null ? OpenResult.OtherGeneration : found.Key.TryOpen(context, sealedBytes, out plaintext);
        }
    }

    public override string ToString() => $"SealingKeys({Count} generations, <redacted>)";

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var generation in _generations)
                generation.Key.Dispose();
        }
    }

    private void End(Generation generation)
    {
        lock (_gate)
        {
            if (--generation.Leases == 0 && !ReferenceEquals(generation, _generations[^1]))
                generation.Idle.TrySetResult();
        }
    }

    /// <summary>A class, not a record: it holds a secret.</summary>
    internal sealed class Generation(SealingKey key)
    {
        public SealingKey Key { get; } = key;

        public int Leases { get; set; }

        /// <summary>Once it is not the newest and the last lease has ended: no new one can begin.</summary>
        public TaskCompletionSource Idle { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Seals for one commit. Disposed when the commit is durable or refused.</summary>
    internal sealed class SealingLease(SealingKeys keys, Generation generation) : IDisposable
    {
        private int _ended;

        public byte[] Seal(SealingContext context, SecretScalar share, IRandomSource random) => generation.Key.Seal(context, share, random);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                keys.End(generation);
        }
    }
}
