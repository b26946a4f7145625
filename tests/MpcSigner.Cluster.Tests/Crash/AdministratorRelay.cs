using Grpc.Core;
using MpcSigner.Rpc;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Cluster.Tests.Crash;

/// <summary>What administrators ask the node behind a <see cref="PeerRelay"/> before they order something: the states of keys that they name.</summary>
/// <param name="channel">To the node behind, as an administrator.</param>
internal sealed class AdministratorRelay(RpcChannel channel) : V1.AdminService.AdminServiceBase
{
    private readonly V1.AdminService.AdminServiceClient _client = new(channel);

    public override async Task<V1.KeyStates> GetKeyStates(V1.GetKeyStatesRequest request, ServerCallContext context) =>
        await _client.GetKeyStatesAsync(request, new CallOptions(deadline: context.Deadline, cancellationToken: context.CancellationToken));
}
