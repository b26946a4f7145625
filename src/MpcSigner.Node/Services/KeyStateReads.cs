using Google.Protobuf;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Services;

/// <summary>Keys with their generations as this node holds them: what administrators compose orders from.</summary>
internal sealed class KeyStateReads(INodeStore store)
{
    /// <summary>Generations, certificates and anchors of so many keys stay below one message: some 30 KiB a key of 16 nodes, and 70 KiB if each is of another creation of 1,000 labelled keys.</summary>
    public const int MaxKeysPerCall = 50;

    /// <summary>Pages of the store looked through for one answer: other keys lie between those asked for.</summary>
    public const int MaxPagesPerCall = 16;

    /// <summary>Two questions a key.</summary>
    private const int KeysPerRead = StoreLimits.MaxQueriesPerRead / 2;

    public async Task<V1.KeyStates> FindAsync(IReadOnlyList<KeyId> keys, CancellationToken cancellation)
    {
        var response = new V1.KeyStates();
        await foreach (var state in StatesAsync(keys, new(store), cancellation).ConfigureAwait(false))
            response.Keys.Add(state);
        return response;
    }

    public async Task<V1.ListKeyStatesResponse> ListAsync(KeyId? after, int limit, string label, NodeId? node, CancellationToken cancellation)
    {
        var response = new V1.ListKeyStatesResponse();
        var messages = new AnchorMessages(store);
        var bytes = 0;
        for (var page = 0; page < MaxPagesPerCall; page++)
        {
            var rows = await store.ListKeysAsync(after, StoreLimits.MaxPage, cancellation).ConfigureAwait(false);
            var wanted = rows.Where(r => (label.Length == 0 || r.Label == label) && (node is not { } nid || r.Record.Find(nid) is not null)).Select(r => r.Record.KeyId);
            await foreach (var state in StatesAsync([.. wanted], messages, cancellation).ConfigureAwait(false))
            {
                bytes += state.CalculateSize();
                if (response.Keys.Count == limit || (response.Keys.Count > 0 && bytes > Page.MaxBytes))
                {
                    response.Next = response.Keys[^1].KeyId;
                    return response;
                }
                response.Keys.Add(state);
            }
            if (rows.Count < StoreLimits.MaxPage)
                return response;
            after = rows[^1].Record.KeyId;
        }
        response.Next = ByteString.CopyFrom(after!.Value.ToArray());
        return response;
    }

    private async IAsyncEnumerable<V1.KeyGenerations> StatesAsync(
        IReadOnlyList<KeyId> keys, AnchorMessages messages, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var chunk in keys.Chunk(KeysPerRead))
        {
            var answers = await store.ReadAsync(
                [.. chunk.SelectMany(k => (StoreQuery[])[new StoreQuery.FindGenerations(k), new StoreQuery.FindMaintenanceOfKey(k)])], cancellation).ConfigureAwait(false);
            var anchors = await messages.ReadAsync(chunk, cancellation).ConfigureAwait(false);
            for (var i = 0; i < chunk.Length; i++)
            {
                var rows = ((StoreAnswer.Generations)answers[2 * i]).Rows;
                if (rows.Count == 0)
                    continue;
                var anchor = anchors.TryGetValue(chunk[i], out var found) ? messages.ToWire(found, withRecord: true) : null;
                yield return KeyStateMessages.ToWire(rows, ((StoreAnswer.Maintenances)answers[2 * i + 1]).Rows, anchor);
            }
        }
    }
}
