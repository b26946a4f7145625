using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>The keys of an order, judged and claimed at this node, with its own shares opened where it deals. Disposing wipes the shares and gives the claim back.</summary>
/// <param name="rows">In key order; null where this node has no record, or an older one that it is not asked to deal from.</param>
/// <param name="shares">Own old shares in key order; null where this node does not deal.</param>
/// <param name="anchors">As the store knows them; empty unless they were asked for.</param>
/// <param name="aborts">Own ABORTs of earlier attempts.</param>
/// <param name="release">Gives the claim on the keys back.</param>
internal sealed class OpenedKeys(
    IReadOnlyList<KeyRow?> rows, SecretScalars? shares, IReadOnlyList<KeyAnchor> anchors, IReadOnlyList<OwnAbort> aborts, Action release) : IDisposable
{
    private SecretScalars? _shares = shares;
    private bool _disposed;

    public IReadOnlyList<KeyRow?> Rows => rows;

    public IReadOnlyList<KeyAnchor> Anchors => anchors;

    public IReadOnlyList<OwnAbort> Aborts => aborts;

    /// <summary>The present records, or null when this node is to learn them in the session.</summary>
    public IReadOnlyList<KeyRecord>? Records => rows.Any(row => row is null) ? null : [.. rows.Select(row => row!.Record)];

    /// <summary>Hands the shares over, once.</summary>
    public SecretScalars? TakeShares()
    {
        var taken = _shares;
        _shares = null;
        return taken;
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _shares?.Dispose();
        release();
    }
}
