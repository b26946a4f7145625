using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Machine;

/// <summary>Keys whose destruction has begun: no use of their shares begins any more, although the store still holds them for a moment.</summary>
internal sealed class StoppedKeys
{
    private readonly HashSet<KeyId> _keys = [];

    public void Add(IEnumerable<KeyId> keys) => _keys.UnionWith(keys);

    /// <summary>From here on the store's own rows say so.</summary>
    public void Remove(IEnumerable<KeyId> keys) => _keys.ExceptWith(keys);

    /// <summary>A row as whoever wants to use the key must see it.</summary>
    [return: NotNullIfNotNull(nameof(row))]
    public KeyRow? Judge(KeyRow? row) => row is not null && _keys.Contains(row.Record.KeyId) ? row with { State = KeyState.Destroyed } : row;
}
