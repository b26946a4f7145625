using System.Diagnostics;
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
    /// <summary>Seals the shares of one commit.</summary>
    IShareSealing BeginSealing();

    /// <summary>A share of this node's, which is the caller's to dispose.</summary>
    /// <exception cref="ShareUnavailableException">Not there, does not open, or no locked memory is left.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    ValueTask<SecretScalar> OpenAsync(KeyId key, uint generation, CancellationToken cancellation);

    /// <summary>Wipes opened copies of shares that are out of use.</summary>
    void Forget(IReadOnlyList<(KeyId Key, uint Generation)> shares);
}

/// <summary>Seals for one commit. Disposed when the commit is durable or refused: until then the sealing key's generation is not retired.</summary>
internal interface IShareSealing : IDisposable
{
    /// <summary>The form to store; bound to key, node and generation.</summary>
    /// <param name="share">Stays the caller's.</param>
    byte[] Seal(KeyId key, uint generation, SecretScalar share);
}

/// <summary>Joins the store and the node's sealing key, with a bounded cache of opened shares.</summary>
[DebuggerDisplay("<redacted>")]
internal sealed class ShareVault(NodeVault vault, INodeStore store, IRandomSource random, int cacheCapacity = ShareCache.DefaultCapacity) : IShareVault, IDisposable
{
    private readonly ShareCache _cache = new(cacheCapacity);

    /// <summary>Shares opened and kept now.</summary>
    public int Cached => _cache.Count;

    public IShareSealing BeginSealing() => new Sealing(vault, random);

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
            result = vault.TryOpen(key, generation, sealedShare, out var bytes);
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

    private sealed class Sealing(NodeVault vault, IRandomSource random) : IShareSealing
    {
        private readonly SealingKeys.SealingLease _lease = vault.Lease();

        public byte[] Seal(KeyId key, uint generation, SecretScalar share) => _lease.Seal(vault.ContextOf(key, generation), share, random);

        public void Dispose() => _lease.Dispose();
    }

    public override string ToString() => "ShareVault(<redacted>)";

    public void Dispose() => _cache.Dispose();
}
