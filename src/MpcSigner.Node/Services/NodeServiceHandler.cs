using System.Reflection;
using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Host;
using MpcSigner.Node.Unsealing;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Services;

/// <summary>How this node sees itself and its peers.</summary>
internal sealed class NodeServiceHandler(Door door, CallTable calls, NodeHealth health, TimeProvider time) : V1.NodeService.NodeServiceBase
{
    public static readonly string Version = typeof(NodeServiceHandler).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public override async Task<V1.NodeStatus> GetStatus(V1.GetStatusRequest request, ServerCallContext context)
    {
        // A status is the same for whoever asks; nodes greet each other instead.
        var asker = door.Caller(context) is Caller.Administrator ? default : door.Client(context).Member.Id;
        var reply = await calls.CallAsync(
            asker, new ClientCall.Status(), Deadlines.Left(context, time), CallTable.NewProgress(), context.CancellationToken).ConfigureAwait(false);
        return reply switch
        {
            ClientReply.StatusIs status => ToWire(status.Status, health.Seal),
            ClientReply.Refused refused => throw new ServiceException(refused.Error),
            _ => throw new InvalidOperationException($"a status call was answered by {reply.GetType().Name}"),
        };
    }

    public static V1.SealStatus ToWire(SealStanding standing) => new()
    {
        State = standing.State switch
        {
            SealState.Sealed => V1.SealState.Sealed,
            SealState.Unsealed => V1.SealState.Unsealed,
            SealState.TokenLost => V1.SealState.TokenLost,
        },
        Detail = standing.Detail,
        NextStep = standing.NextStep,
        Given = (uint)standing.Given,
        Needed = (uint)standing.Needed,
    };

    private static V1.NodeStatus ToWire(NodeStatus status, SealStanding seal)
    {
        var message = new V1.NodeStatus
        {
            Nid = ByteString.CopyFrom(status.Nid.ToArray()),
            Instance = ByteString.CopyFrom(status.Instance.ToArray()),
            StartCounter = status.StartCounter,
            Ready = status.Ready,
            RosterHash = ByteString.CopyFrom(status.Roster.ToArray()),
            PolicyHash = ByteString.CopyFrom(status.Policy.ToArray()),
            OpenOrders = (uint)status.OpenOrders,
            LiveSessions = (uint)status.LiveSessions,
            Version = Version,
            Pools = ToWire(status.Pools),
            Seal = ToWire(seal),
            Roster = new() { Version = status.Standing.Version, Needed = (uint)status.Standing.Needed, Obstacle = status.Standing.Obstacle },
        };
        message.Roster.Acks.AddRange(status.Standing.Acks.Select(nid => ByteString.CopyFrom(nid.ToArray())));
        foreach (var peer in status.Peers)
        {
            var entry = new V1.PeerStatus
            {
                Nid = ByteString.CopyFrom(peer.Nid.ToArray()),
                Name = peer.Name,
                Reachable = peer.Reachable,
                Instance = peer.Instance is { } instance ? ByteString.CopyFrom(instance.ToArray()) : ByteString.Empty,
                Problem = peer.Problem,
            };
            if (peer.ClockDifference is { } difference)
                entry.ClockDifferenceMs = (long)difference.TotalMilliseconds;
            message.Peers.Add(entry);
        }
        message.Schedules.Add(status.Schedules.Select(ToWire));
        return message;
    }

    private static V1.ScheduleStatus ToWire(ScheduleStatus schedule) => new()
    {
        Name = schedule.Name,
        Index = schedule.Index,
        NextMs = schedule.Next.ToUnixTimeMilliseconds(),
        Met = schedule.IsMet,
        Left = (uint)schedule.Left,
        Problem = schedule.Problem,
    };

    private static V1.PoolStatus ToWire(PoolStatus pools) => new()
    {
        Stocked = (uint)pools.Stocked,
        Held = (uint)pools.Held,
        Taken = (ulong)pools.Taken,
        Missed = (ulong)pools.Missed,
        Made = (ulong)pools.Made,
        Refills = (ulong)pools.Refills,
        FailedRefills = (ulong)pools.FailedRefills,
        Expired = (ulong)pools.Expired,
        Dropped = (ulong)pools.Dropped,
        FailedOver = (ulong)pools.FailedOver,
    };
}
