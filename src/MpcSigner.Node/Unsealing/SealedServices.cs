using System.Reflection;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Rosters;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Services;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Unsealing;

/// <summary>The node's services while its secrets are not at hand: every call is refused with the state, whoever asks; health and status tell it.</summary>
internal sealed class SealedServices : ServiceBinderBase
{
    private readonly Door _door;
    private readonly NodeHealth _health;
    private readonly ServerServiceDefinition.Builder _refusing = ServerServiceDefinition.CreateBuilder();

    private SealedServices(Door door, NodeHealth health) => (_door, _health) = (door, health);

    public static ServerServiceDefinition[] Bind(Door door, NodeHealth health, RosterNode self, Roster roster)
    {
        var binder = new SealedServices(door, health);
        V1.KeyService.BindService(binder, null);
        V1.SigningService.BindService(binder, null);
        V1.AdminService.BindService(binder, null);
        V1.PeerService.BindService(binder, null);
        return [binder._refusing.Build(), V1.NodeService.BindService(new Status(door, health, self, roster)), Health.BindService(new HealthHandler(door, health))];
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        _refusing.AddMethod(method, (TRequest _, ServerCallContext context) => Task.FromException<TResponse>(Refusal(context)));

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        _refusing.AddMethod(method, (IAsyncStreamReader<TRequest> _, ServerCallContext context) => Task.FromException<TResponse>(Refusal(context)));

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        _refusing.AddMethod(method, (TRequest _, IServerStreamWriter<TResponse> _, ServerCallContext context) => Task.FromException(Refusal(context)));

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
        _refusing.AddMethod(method, (IAsyncStreamReader<TRequest> _, IServerStreamWriter<TResponse> _, ServerCallContext context) => Task.FromException(Refusal(context)));

    private ServiceException Refusal(ServerCallContext context)
    {
        try
        {
            _ = _door.Caller(context);
        }
        catch (ServiceException stranger)
        {
            return stranger;
        }
        // The state may just have changed: the node then begins, behind another server.
        return new(_health.Seal is { State: not SealState.Unsealed } standing
            ? standing.ToError()
            : new ServiceError(Reason.NotReady, "The node has opened its secrets and is starting.", "Try again in a moment."));
    }

    /// <summary>What a node that knows no secret can say of itself.</summary>
    private sealed class Status(Door door, NodeHealth health, RosterNode self, Roster roster) : V1.NodeService.NodeServiceBase
    {
        public override Task<V1.NodeStatus> GetStatus(V1.GetStatusRequest request, ServerCallContext context)
        {
            _ = door.Caller(context) is Caller.Administrator ? null : door.Client(context);
            return Task.FromResult(new V1.NodeStatus
            {
                Nid = ByteString.CopyFrom(self.Nid.ToArray()),
                Version = NodeServiceHandler.Version,
                RosterHash = ByteString.CopyFrom(roster.Hash.ToArray()),
                Roster = new() { Version = roster.Version },
                Seal = NodeServiceHandler.ToWire(health.Seal),
            });
        }
    }
}
