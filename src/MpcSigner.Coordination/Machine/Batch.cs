using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Machine;

/// <summary>What one commit holds, before the journal has chained its log entries. Owns its shares, clear ones until they are sealed and sealed ones until the commit's effect does.</summary>
internal sealed class Batch : IDisposable
{
    private readonly List<StoreWrite> _writes = [];
    private readonly List<LogItem> _log = [];
    private readonly List<ShareToSeal> _shares = [];
    private SealedShares? _sealed;

    internal sealed record LogItem(AuditKind Kind, Digest32 Request, KeyId Key, byte[] Detail);

    public IReadOnlyList<LogItem> LogItems => _log;

    public Batch Write(StoreWrite write)
    {
        _writes.Add(write);
        return this;
    }

    public bool Books(Digest32 scope) => _writes.Any(write => write is StoreWrite.Book book && book.Row.Scope == scope);

    public bool Completes(Digest32 bodyHash) =>
        _writes.Any(write => write is StoreWrite.PutRequest { Row.State: RequestState.Completed } put && put.Row.BodyHash == bodyHash);

    /// <summary>Appends to the log; chained and signed when the batch is committed.</summary>
    public Batch Log(AuditKind kind, Digest32 request, KeyId key, ReadOnlySpan<byte> detail)
    {
        _log.Add(new(kind, request, key, detail.ToArray()));
        return this;
    }

    public Batch Share(ShareToSeal share)
    {
        _shares.Add(share);
        return this;
    }

    public bool HasClearShares => _shares.Count > 0;

    /// <summary>The clear shares, which are then the host's.</summary>
    public IReadOnlyList<ShareToSeal> TakeClear()
    {
        IReadOnlyList<ShareToSeal> shares = [.. _shares];
        _shares.Clear();
        return shares;
    }

    /// <summary>The same shares as they come back.</summary>
    public void Carry(SealedShares shares) => _sealed = shares;

    /// <summary>Hands everything over: the writes followed by the log's, and the sealed shares, which are then the host's.</summary>
    /// <exception cref="InvalidOperationException">Clear shares are left: they are sealed before they are committed.</exception>
    public (IReadOnlyList<StoreWrite> Writes, SealedShares? Shares) Release(IEnumerable<StoreWrite.Append> log)
    {
        if (HasClearShares)
            throw new InvalidOperationException("shares are sealed before they are committed");
        IReadOnlyList<StoreWrite> writes = [.. _writes, .. log];
        var shares = _sealed;
        _writes.Clear();
        _sealed = null;
        return (writes, shares);
    }

    public void Dispose()
    {
        foreach (var share in _shares)
            share.Share.Dispose();
        _shares.Clear();
        _sealed?.Dispose();
        _sealed = null;
    }
}
