using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Node.Host;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Services;

/// <summary>Keys for clients: creation goes to the machine, reading to the store.</summary>
internal sealed class KeyServiceHandler(Door door, CallTable calls, INodeStore store, ListTurns turns, TimeProvider time) : V1.KeyService.KeyServiceBase
{
    public const int KeysPerPage = 100;
    public const int MaxListLimit = 1_000;

    /// <summary>Pages of the store looked through for one answer: other clients' keys lie between one's own.</summary>
    public const int MaxPagesPerCall = 16;

    public override async Task CreateKeys(V1.SignedRequest request, IServerStreamWriter<V1.CreateKeysEvent> responses, ServerCallContext context)
    {
        var client = door.Client(context);
        if (!SignedRequestMapping.TryRead(request, out var signed, out var malformed))
            throw new ServiceException(malformed);
        var progress = CallTable.NewProgress();
        var replying = calls.CallAsync(client.Member.Id, new ClientCall.Submit(signed), Deadlines.Left(context, time), progress, context.CancellationToken);
        await foreach (var step in progress.Reader.ReadAllAsync(context.CancellationToken).ConfigureAwait(false))
            await responses.WriteAsync(ToWire(step), context.CancellationToken).ConfigureAwait(false);

        var created = await replying.ConfigureAwait(false) switch
        {
            ClientReply.KeysCreated keys => keys,
            ClientReply.Refused refused => throw new ServiceException(refused.Error),
            ClientReply.Signed => throw NotACreation(),
            var other => throw new InvalidOperationException($"a creation was answered by {other.GetType().Name}"),
        };
        foreach (var page in created.Keys.Chunk(KeysPerPage))
        {
            var message = new V1.KeyPage();
            message.Keys.Add(page.Select(KeyMessages.ToWire));
            await responses.WriteAsync(new V1.CreateKeysEvent { Keys = message }, context.CancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Public material of a key whose id the caller knows: it may sign with keys that others own, and must be able to verify them.</summary>
    public override async Task<V1.Key> GetKey(V1.GetKeyRequest request, ServerCallContext context)
    {
        _ = door.Client(context);
        if (request.KeyId.Length != KeyId.Size)
            throw Malformed($"key_id has {request.KeyId.Length} bytes, expected {KeyId.Size}.");
        var id = new KeyId(request.KeyId.Span);
        var answers = await store.ReadAsync([new StoreQuery.FindKey(id)], context.CancellationToken).ConfigureAwait(false);
        var anchors = new AnchorMessages(store);
        return answers[0] is StoreAnswer.Key { Row: { } row }
            ? KeyMessages.ToWire(row, await anchors.ReadAsync([id], context.CancellationToken).ConfigureAwait(false), anchors)
            : throw new ServiceException(new(Reason.UnknownKey, $"This node holds no key {id}.", "Check the id, or ask a node that is one of the key's parties."));
    }

    /// <summary>The caller's own keys.</summary>
    public override async Task<V1.ListKeysResponse> ListKeys(V1.ListKeysRequest request, ServerCallContext context)
    {
        var client = door.Client(context).Member.Id;
        if (request.After.Length is not (0 or KeyId.Size))
            throw Malformed($"after has {request.After.Length} bytes, expected none or {KeyId.Size}.");
        if (request.Limit > MaxListLimit)
            throw Malformed($"limit is {request.Limit}, at most {MaxListLimit}.");
        var limit = request.Limit == 0 ? KeysPerPage : (int)request.Limit;
        KeyId? after = request.After.IsEmpty ? null : new KeyId(request.After.Span);
        return await turns.RunAsync(client.Value, () => ListAsync(client, after, limit, context.CancellationToken), context.CancellationToken).ConfigureAwait(false);
    }

    private async Task<V1.ListKeysResponse> ListAsync(ClientId client, KeyId? after, int limit, CancellationToken cancellation)
    {
        var response = new V1.ListKeysResponse();
        var messages = new AnchorMessages(store);
        var bytes = 0;
        for (var page = 0; page < MaxPagesPerCall; page++)
        {
            var rows = await store.ListKeysAsync(after, StoreLimits.MaxPage, cancellation).ConfigureAwait(false);
            KeyRow[] own = [.. rows.Where(row => row.Owner == client).Take(limit - response.Keys.Count)];
            var anchors = await messages.ReadAsync([.. own.Select(row => row.Record.KeyId)], cancellation).ConfigureAwait(false);
            foreach (var row in own)
            {
                var key = KeyMessages.ToWire(row, anchors, messages);
                bytes += key.CalculateSize();
                if (response.Keys.Count > 0 && bytes > Page.MaxBytes)
                    return Continued(response, new(response.Keys[^1].KeyId.Span));
                response.Keys.Add(key);
                if (response.Keys.Count == limit)
                    return Continued(response, row.Record.KeyId);
            }
            if (rows.Count < StoreLimits.MaxPage)
                return response;
            after = rows[^1].Record.KeyId;
        }
        return Continued(response, after);
    }

    private static V1.ListKeysResponse Continued(V1.ListKeysResponse response, KeyId? after)
    {
        if (after is { } last)
            response.Next = ByteString.CopyFrom(last.ToArray());
        return response;
    }

    private static V1.CreateKeysEvent ToWire(ClientProgress step) =>
        new() { Progress = new() { Stage = step.Stage, Done = (uint)step.Done, Total = (uint)step.Total } };

    private static ServiceException NotACreation() =>
        Malformed("The request's action is not create_keys.");

    private static ServiceException Malformed(string message) => new(new(Reason.MalformedRequest, message, "Correct the call."));
}
