using System.Diagnostics;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Secrets.Sealing;

namespace MpcSigner.Node.Vault;

/// <summary>The generations of a node's sealing key: what is sealed is sealed under the newest, what is opened opens under its own. Safe for concurrent use; a token that takes its time holds nobody else up.</summary>
[DebuggerDisplay("<redacted>")]
internal sealed class SealingKeys : IDisposable
{
    private readonly Lock _gate = new();

    /// <summary>Ascending; the last is the newest.</summary>
    private readonly List<Generation> _generations = [];

    /// <param name="keys">Ascending by generation; taken over.</param>
    public SealingKeys(IReadOnlyList<ISealingKey> keys)
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

    /// <summary>Whether sealing or opening may call a token.</summary>
    public bool CallToken
    {
        get { lock (_gate) return _generations.Exists(generation => generation.Key is TokenSealingKey); }
    }

    /// <summary>The newest has sealed so often that another is due.</summary>
    public bool IsWorn
    {
        get { lock (_gate) return _generations[^1].Key is TokenSealingKey { IsWorn: true }; }
    }

    /// <summary>From now on this generation seals.</summary>
    public void Add(ISealingKey key)
    {
        lock (_gate)
            _generations.Add(new(key));
    }

    /// <summary>Wipes all but the newest. Nothing may be on its way to the disk under them: see <see cref="OldLeasesEnded"/>.</summary>
    /// <returns>Ends when what was being opened under them is open: each is wiped with its last use.</returns>
    public Task ForgetOld()
    {
        lock (_gate)
        {
            var old = _generations.SkipLast(1).ToList();
            if (old.Exists(generation => generation.Leases > 0))
                throw new InvalidOperationException("a seal under an old generation is on its way to the disk");
            _generations.RemoveRange(0, old.Count);
            foreach (var generation in old)
            {
                generation.IsForgotten = true;
                if (generation.Uses == 0)
                    generation.Forget();
            }
            return Task.WhenAll([.. old.Select(generation => generation.Forgotten.Task)]);
        }
    }

    /// <exception cref="SealUnavailableException">The newest is in a token, which does not seal now.</exception>
    public byte[] Seal(SealingContext context, SecureMemory secret, IRandomSource random)
    {
        Generation newest;
        lock (_gate)
        {
            newest = _generations[^1];
            newest.Uses++;
        }
        try
        {
            return newest.Key.Seal(context, secret, random);
        }
        finally
        {
            EndUse(newest);
        }
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

    /// <exception cref="SealUnavailableException">Its generation is in a token, which does not open now.</exception>
    public OpenResult TryOpen(SealingContext context, ReadOnlySpan<byte> sealedBytes, out SecureMemory? plaintext)
    {
        plaintext = null;
        if (!SealedBytes.TryReadGeneration(sealedBytes, out var number))
            return OpenResult.Malformed;
        Generation? found;
        lock (_gate)
        {
            found = _generations.Find(generation => generation.Key.Generation == number);
            if (found is null)
                return OpenResult.OtherGeneration;
            found.Uses++;
        }
        try
        {
            return found.Key.TryOpen(context, sealedBytes, out plaintext);
        }
        finally
        {
            EndUse(found);
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

    private void EndUse(Generation generation)
    {
        lock (_gate)
        {
            if (--generation.Uses == 0 && generation.IsForgotten)
                generation.Forget();
        }
    }

    private void EndLease(Generation generation)
    {
        lock (_gate)
        {
            if (--generation.Leases == 0 && !ReferenceEquals(generation, _generations[^1]))
                generation.Idle.TrySetResult();
        }
    }

    /// <summary>A class, not a record: it holds a secret.</summary>
    internal sealed class Generation(ISealingKey key)
    {
        public ISealingKey Key { get; } = key;

        public int Leases { get; set; }

        /// <summary>Seals and openings that run now.</summary>
        public int Uses { get; set; }

        public bool IsForgotten { get; set; }

        /// <summary>Once it is not the newest and the last lease has ended: no new one can begin.</summary>
        public TaskCompletionSource Idle { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Once it is wiped.</summary>
        public TaskCompletionSource Forgotten { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Forget()
        {
            Key.Dispose();
            Forgotten.TrySetResult();
        }
    }

    /// <summary>Seals for one commit. Disposed when the commit is durable or refused.</summary>
    internal sealed class SealingLease(SealingKeys keys, Generation generation) : IDisposable
    {
        private int _ended;

        /// <exception cref="SealUnavailableException">The generation is in a token, which does not seal now.</exception>
        public byte[] Seal(SealingContext context, SecretScalar share, IRandomSource random) => generation.Key.Seal(context, share, random);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                keys.EndLease(generation);
        }
    }
}
