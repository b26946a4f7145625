using System.Diagnostics;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Secrets.Sealing;

namespace MpcSigner.Node.Vault;

/// <summary>Where shares are at rest: sealed on their way to the store, opened on demand.</summary>
internal interface IShareVault
{
    /// <summary>Seals the shares of one commit, and holds the sealing key's generation until they are there. The caller's thread does not wait for a token.</summary>
    /// <param name="shares">Taken over.</param>
    /// <exception cref="ShareUnavailableException">The token does not seal now, or no locked memory is left. None is sealed.</exception>
    Task<SealedBatch> SealAsync(IReadOnlyList<ShareToSeal> shares);

    /// <summary>A share of this node's, which is the caller's to dispose.</summary>
    /// <exception cref="ShareUnavailableException">Not there, does not open, no locked memory is left, or the token does not answer.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    ValueTask<SecretScalar> OpenAsync(KeyId key, uint generation, CancellationToken cancellation);

    /// <summary>Wipes opened copies of shares that are out of use.</summary>
    void Forget(IReadOnlyList<(KeyId Key, uint Generation)> shares);
}

/// <summary>Shares of one commit as the store keeps them, each bound to key, node and generation. Disposed when the commit is durable or refused: until then the sealing key's generation is not retired.</summary>
internal sealed class SealedBatch(IReadOnlyList<StoreWrite.PutSealedShare> writes, IDisposable lease) : SealedShares
{
    public IReadOnlyList<StoreWrite.PutSealedShare> Writes => writes;

    public override void Dispose() => lease.Dispose();
}

/// <summary>Joins the store and the node's sealing key, with a bounded cache of opened shares. One machine's: the node's vault outlives it.</summary>
/// <remarks>A machine that is given up leaves batches that nobody commits any more. Their leases end with this, or no later rotation would: what it handed to the store before is written before the next machine's first row.</remarks>
[DebuggerDisplay("<redacted>")]
internal sealed class ShareVault(NodeVault vault, INodeStore store, IRandomSource random, ShareCache cache) : IShareVault, IDisposable
{
    private readonly ShareCache _cache = cache;
    private readonly Lock _gate = new();

    /// <summary>Of batches that were given out and are neither durable nor refused.</summary>
    private readonly HashSet<GivenLease> _given = [];
    private bool _isClosed;

    /// <summary>Shares opened and kept now.</summary>
    public int Cached => _cache.Count;

    public async Task<SealedBatch> SealAsync(IReadOnlyList<ShareToSeal> shares)
    {
        var lease = vault.Lease();
        try
        {
            // All at the same time, as far as the token serves several; each wipes its share whatever becomes of the others.
            var writes = await Task.WhenAll(shares.Select(share => vault.RunAsync(() => Seal(lease, share)))).ConfigureAwait(false);
            return new(writes, Give(lease));
        }
        catch (Exception e)
        {
            lease.Dispose();
            if (e is SealUnavailableException token)
                throw TokenTrouble(token);
            if (e is SecureMemoryException memory)
                throw new ShareUnavailableException($"no locked memory is left for the shares ({memory.Message})", memory);
            throw;
        }
    }

    public async ValueTask<SecretScalar> OpenAsync(KeyId key, uint generation, CancellationToken cancellation)
    {
        try
        {
            var forgotten = _cache.Forgotten;
            if (_cache.Find(key, generation) is { } cached)
                return cached;
            var group = await GroupOf(key, cancellation).ConfigureAwait(false);
            var share = await OpenStoredAsync(key, generation, group, cancellation).ConfigureAwait(false);
            _cache.Keep(key, generation, share, forgotten);
            return share;
        }
        catch (SealUnavailableException e)
        {
            throw TokenTrouble(e);
        }
        catch (SecureMemoryException e)
        {
            throw new ShareUnavailableException($"the share of key {key} finds no locked memory ({e.Message}); raise the limit or lower the cache's capacity", e);
        }
    }

    public void Forget(IReadOnlyList<(KeyId Key, uint Generation)> shares) => _cache.Forget(shares);

    /// <summary>A key has one suite for ever, whatever the generation.</summary>
    private async ValueTask<IGroup> GroupOf(KeyId key, CancellationToken cancellation)
    {
        var answers = await store.ReadAsync([new StoreQuery.FindKey(key)], cancellation).ConfigureAwait(false);
        return answers is [StoreAnswer.Key { Row: { } row }]
            ? Groups.For(row.Record.Suite.Curve())
            : throw new ShareUnavailableException($"this node does not know key {key}");
    }

    private async ValueTask<SecretScalar> OpenStoredAsync(KeyId key, uint generation, IGroup group, CancellationToken cancellation)
    {
        var result = OpenResult.NotTried;
        // Twice: between reading and opening, a rotation may have sealed the share anew and retired the generation that it was under.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var sealedShare = await store.ReadSealedShareAsync(key, generation, cancellation).ConfigureAwait(false)
                ?? throw new ShareUnavailableException($"this node has no share of key {key}, generation {generation}");
            (result, var bytes) = await vault.RunAsync(() => (vault.TryOpen(key, generation, sealedShare, out var opened), opened)).ConfigureAwait(false);
            using (bytes)
            {
                if (result == OpenResult.Opened)
                    return Decode(key, generation, bytes!, group);
            }
            if (result != OpenResult.OtherGeneration)
                break;
        }
        throw new ShareUnavailableException(
            $"the stored share of key {key}, generation {generation}, does not open ({result}): the database was altered or is not this node's; restore it from a backup");
    }

    private static SecretScalar Decode(KeyId key, uint generation, SecureMemory bytes, IGroup group) => SecretScalar.TryDecode(group, bytes, out var share)
        ? share
        : throw new ShareUnavailableException($"the stored share of key {key}, generation {generation}, is no scalar of {group.Name}");

    private StoreWrite.PutSealedShare Seal(SealingKeys.SealingLease lease, ShareToSeal share)
    {
        using (share.Share)
            return new(share.Key, share.Generation, lease.Seal(vault.ContextOf(share.Key, share.Generation), share.Share, random));
    }

    private static ShareUnavailableException TokenTrouble(SealUnavailableException e) => new(e.Message, e, e.IsTokenLost ? Reason.TokenLost : Reason.Sealed);

    public override string ToString() => "ShareVault(<redacted>)";

    public void Dispose()
    {
        GivenLease[] left;
        lock (_gate)
        {
            _isClosed = true;
            left = [.. _given];
        }
        foreach (var lease in left)
            lease.Dispose();
        _cache.Dispose();
    }

    /// <summary>Only once all is sealed: a lease that ends before would let the key be wiped under the seals.</summary>
    private GivenLease Give(SealingKeys.SealingLease lease)
    {
        var given = new GivenLease(this, lease);
        lock (_gate)
        {
            if (!_isClosed)
            {
                _given.Add(given);
                return given;
            }
        }
        given.Dispose(); // the machine that asked is gone
        return given;
    }

    private sealed class GivenLease(ShareVault vault, SealingKeys.SealingLease lease) : IDisposable
    {
        public void Dispose()
        {
            lock (vault._gate)
                vault._given.Remove(this);
            lease.Dispose();
        }
    }
}
