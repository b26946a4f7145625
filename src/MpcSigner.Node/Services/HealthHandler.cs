using System.Collections.Frozen;
using Grpc.Core;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Services;

/// <summary>grpc.health.v1 for orchestrators and peers; the node's services share one state.</summary>
internal sealed class HealthHandler(Door door, NodeHealth health) : Health.HealthBase
{
    private static readonly FrozenSet<string> Known = new[]
    {
        "", V1.KeyService.Descriptor.FullName, V1.SigningService.Descriptor.FullName, V1.NodeService.Descriptor.FullName, V1.AdminService.Descriptor.FullName, V1.PeerService.Descriptor.FullName,
    }.ToFrozenSet(StringComparer.Ordinal);

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        _ = door.Caller(context);
        return Known.Contains(request.Service)
            ? Task.FromResult(Response(health.IsServing))
            : throw new RpcException(new Status(StatusCode.NotFound, "This node has no such service."));
    }

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responses, ServerCallContext context)
    {
        _ = door.Caller(context);
        if (!Known.Contains(request.Service))
        {
            await responses.WriteAsync(new HealthCheckResponse { Status = ServingStatus.ServiceUnknown }, context.CancellationToken).ConfigureAwait(false);
            await Task.Delay(Timeout.Infinite, context.CancellationToken).ConfigureAwait(false);
        }
        while (true)
        {
            var (serving, changed) = health.Observe();
            await responses.WriteAsync(Response(serving), context.CancellationToken).ConfigureAwait(false);
            await changed.WaitAsync(context.CancellationToken).ConfigureAwait(false);
        }
    }

    private static HealthCheckResponse Response(bool serving) => new() { Status = serving ? ServingStatus.Serving : ServingStatus.NotServing };
}
