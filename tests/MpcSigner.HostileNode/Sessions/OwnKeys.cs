using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.HostileNode.Sessions;

/// <summary>The node's own keys as its host sees them: the records that its machine reads, and a copy of each share that is opened for it.</summary>
internal sealed class OwnKeys : IDisposable
{
    private readonly Dictionary<Digest32, KeyRecord> _records = [];
    private readonly Dictionary<Token, (KeyId Key, uint Generation)> _asked = [];
    private readonly Dictionary<(KeyId Key, uint Generation), SecretScalar> _shares = [];

    /// <summary>To be shown every event before the machine gets it.</summary>
    public void Hears(NodeEvent happened)
    {
        switch (happened)
        {
            case NodeEvent.ReadDone read:
                foreach (var row in read.Answers.OfType<StoreAnswer.Key>().Select(answer => answer.Row).OfType<KeyRow>())
                    _records[row.RecordHash] = row.Record;
                break;
            case NodeEvent.ShareLoaded loaded when _asked.Remove(loaded.Token, out var key):
                if (_shares.Remove(key, out var former))
                    former.Dispose();
                _shares.Add(key, loaded.Share.Copy());
                break;
            default:
                break;
        }
    }

    /// <summary>To be shown every effect before it is done.</summary>
    public void Does(NodeEffect effect)
    {
        if (effect is NodeEffect.LoadShare load)
            _asked[load.Token] = (load.Key, load.Generation);
    }

    public bool TryFind(Digest32 recordHash, [NotNullWhen(true)] out KeyRecord? record) => _records.TryGetValue(recordHash, out record);

    /// <summary>KH of the generation before, which the node has read while it was in use.</summary>
    public Digest32 BeforeOf(KeyRecord record) =>
        _records.First(known => known.Value.KeyId == record.KeyId && known.Value.Generation + 1 == record.Generation).Key;

    /// <summary>The node's share; it stays here.</summary>
    public SecretScalar ShareOf(KeyRecord record) => _shares[(record.KeyId, record.Generation)];

    public void Dispose()
    {
        foreach (var share in _shares.Values)
            share.Dispose();
    }
}
