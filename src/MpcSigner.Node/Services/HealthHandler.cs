using System.Collections.Frozen;
using Grpc.Core;
using Grpc.Health.V1;
using MpcSigner.Node.Unsealing;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Services;

/// <summary>grpc.health.v1 for orchestrators and peers; the node's services share one state, and two names more tell how its seal stands.</summary>
internal sealed class HealthHandler(Door door, NodeHealth health) : Health.HealthBase
{
    /// <summary>SERVING while the node is UNSEALED.</summary>
    public const string SealService = "mpcsigner.seal";

    /// <summary>NOT_SERVING while the node's token is lost: tells TOKEN_LOST from SEALED.</summary>
    public const string TokenService = "mpcsigner.token";

    private static readonly FrozenSet<string> Known = new[]
    {
        "", V1.KeyService.Descriptor.FullName, V1.SigningService.Descriptor.FullName, V1.NodeService.Descriptor.FullName, V1.AdminService.Descriptor.FullName, V1.PeerService.Descriptor.FullName,
        SealService, TokenService,
    }.ToFrozenSet(StringComparer.Ordinal);

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        _ = door.Caller(context);
        return Known.Contains(request.Service)
            ? Task.FromResult(Response(IsWell(request.Service, health.IsServing, health.Seal)))
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
            var (serving, seal, changed) = health.Observe();
            await responses.WriteAsync(Response(IsWell(request.Service, serving, seal)), context.CancellationToken).ConfigureAwait(false);
            await changed.WaitAsync(context.CancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsWell(string service, bool serving, SealStanding seal) => service switch
    {
        SealService => seal.State == SealState.Unsealed,
        TokenService => seal.State != SealState.TokenLost,
        _ => serving,
    };

    private static HealthCheckResponse Response(bool serving) => new() { Status = serving ? ServingStatus.Serving : ServingStatus.NotServing };
}
