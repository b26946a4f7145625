using Google.Protobuf;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Services;

/// <summary>Keys with their generations as this node holds them: what administrators compose orders from.</summary>
internal sealed class KeyStateReads(INodeStore store)
{
    /// <summary>Generations and certificates of so many keys stay well below one message.</summary>
    public const int MaxKeysPerCall = 100;

    /// <summary>Pages of the store looked through for one answer: other keys lie between those asked for.</summary>
    public const int MaxPagesPerCall = 16;

    /// <summary>Two questions a key, once its generations are known.</summary>
    private const int KeysPerRead = StoreLimits.MaxQueriesPerRead / 2;

    public async Task<V1.KeyStates> FindAsync(IReadOnlyList<KeyId> keys, CancellationToken cancellation)
    {
        var response = new V1.KeyStates();
        await foreach (var state in StatesAsync(keys, cancellation).ConfigureAwait(false))
            response.Keys.Add(state);
        return response;
    }

    public async Task<V1.ListKeyStatesResponse> ListAsync(KeyId? after, int limit, string label, NodeId? node, CancellationToken cancellation)
    {
        var response = new V1.ListKeyStatesResponse();
        var bytes = 0;
        for (var page = 0; page < MaxPagesPerCall; page++)
        {
            var rows = await store.ListKeysAsync(after, StoreLimits.MaxPage, cancellation).ConfigureAwait(false);
            var wanted = rows.Where(r => (label.Length == 0 || r.Label == label) && (node is not { } nid || r.Record.Find(nid) is not null)).Select(r => r.Record.KeyId);
            await foreach (var state in StatesAsync([.. wanted], cancellation).ConfigureAwait(false))
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
        IReadOnlyList<KeyId> keys, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var chunk in keys.Chunk(KeysPerRead))
        {
            var answers = await store.ReadAsync([.. chunk.Select(k => new StoreQuery.FindGenerations(k))], cancellation).ConfigureAwait(false);
            List<IReadOnlyList<KeyRow>> known = [.. answers.Cast<StoreAnswer.Generations>().Select(a => a.Rows).Where(rows => rows.Count > 0)];
            if (known.Count == 0)
                continue;
            var attempts = await store.ReadAsync([.. known.SelectMany(rows => AttemptsAt(KeyStateMessages.InUse(rows)))], cancellation).ConfigureAwait(false);
            for (var i = 0; i < known.Count; i++)
                yield return KeyStateMessages.ToWire(known[i], ((StoreAnswer.Attempts)attempts[2 * i]).Rows, ((StoreAnswer.Attempts)attempts[2 * i + 1]).Rows);
        }
    }

    /// <summary>What was begun to follow the generation in use, and what to recover it.</summary>
    private static StoreQuery[] AttemptsAt(KeyRow inUse) =>
        [new StoreQuery.FindAttempts(inUse.Record.KeyId, inUse.Record.Generation + 1), new StoreQuery.FindAttempts(inUse.Record.KeyId, inUse.Record.Generation)];
}
