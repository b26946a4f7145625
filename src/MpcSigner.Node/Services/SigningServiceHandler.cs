using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Node.Host;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Services;

/// <summary>Signatures for clients.</summary>
internal sealed class SigningServiceHandler(Door door, CallTable calls, INodeStore store, TimeProvider time) : V1.SigningService.SigningServiceBase
{
    public override async Task<V1.SignResponse> Sign(V1.SignedRequest request, ServerCallContext context)
    {
        var client = door.Client(context);
        if (!SignedRequestMapping.TryRead(request, out var signed, out var malformed))
            throw new ServiceException(malformed);
        var reply = await calls.CallAsync(
            client.Member.Id, new ClientCall.Submit(signed), Deadlines.Left(context, time), CallTable.NewProgress(), context.CancellationToken).ConfigureAwait(false);
        return reply switch
        {
            ClientReply.Signed done => ToWire(done),
            ClientReply.Refused refused => throw new ServiceException(refused.Error),
            ClientReply.KeysCreated => throw new ServiceException(new(Reason.MalformedRequest, "The request's action is not sign.", "Send it to KeyService.CreateKeys.")),
            _ => throw new InvalidOperationException($"a signing request was answered by {reply.GetType().Name}"),
        };
    }

    /// <summary>Where the caller's own request of that idempotency key stands at this node.</summary>
    public override async Task<V1.RequestStatus> GetRequest(V1.GetRequestRequest request, ServerCallContext context)
    {
        var client = door.Client(context);
        if (request.IdempotencyKey.Length is 0 or > RequestBody.MaxIdempotencyKeyLength)
            throw new ServiceException(new(Reason.MalformedRequest, $"idempotency_key must have 1..{RequestBody.MaxIdempotencyKeyLength} characters.", "Correct the call."));
        var answers = await store.ReadAsync([new StoreQuery.FindRequest(client.Member.Id, request.IdempotencyKey)], context.CancellationToken).ConfigureAwait(false);
        return answers[0] is StoreAnswer.Request { Row: { } row }
            ? KeyMessages.ToWire(row)
            : throw new RpcException(new Status(StatusCode.NotFound, "This node knows no request of yours with that idempotency key."));
    }

    private static V1.SignResponse ToWire(ClientReply.Signed done)
    {
        var response = new V1.SignResponse
        {
            Signature = ByteString.CopyFrom(done.Signature.Span),
            Artefact = ByteString.CopyFrom(done.Artefact.Span),
        };
        response.Signers.Add(done.Signers.Select(nid => ByteString.CopyFrom(nid.ToArray())));
        return response;
    }
}
