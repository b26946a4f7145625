using Grpc.Core;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Requests;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Host;
using MpcSigner.Node.Peers;
using MpcSigner.Node.Peers.Mapping;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Services;

/// <summary>The peers' door: calls and session streams of other nodes, handed to the machine.</summary>
internal sealed class PeerServiceHandler(Door door, CallTable calls, ListTurns turns, SessionStreams streams) : V1.PeerService.PeerServiceBase
{
    public override async Task<V1.Announcement> Hello(V1.Announcement request, ServerCallContext context)
    {
        var peer = door.Node(context);
        if (!AnnouncementMapping.TryRead(request, out var announcement))
            throw Malformed("announcement");
        return await AskAsync(peer, new PeerCall.Hello(announcement), context).ConfigureAwait(false) is PeerReply.Hello hello
            ? AnnouncementMapping.ToWire(hello.Announcement)
            : throw Unexpected(nameof(Hello));
    }

    public override Task Session(IAsyncStreamReader<V1.SessionFrame> requests, IServerStreamWriter<V1.SessionFrame> responses, ServerCallContext context) =>
        streams.ServeAsync(door.Node(context).Member.Nid, requests, responses, context.CancellationToken);

    public override async Task<V1.BookReply> Book(V1.PeerRequest request, ServerCallContext context)
    {
        var peer = door.Node(context);
        var (signed, clock) = Read(request);
        return await AskAsync(peer, new PeerCall.Book(signed, clock), context).ConfigureAwait(false) is PeerReply.Booked booked
            ? PeerCallMapping.ToWire(booked)
            : throw Unexpected(nameof(Book));
    }

    public override async Task<V1.JudgeReply> Judge(V1.PeerRequest request, ServerCallContext context)
    {
        var peer = door.Node(context);
        var (signed, clock) = Read(request);
        return await AskAsync(peer, new PeerCall.Judge(signed, clock), context).ConfigureAwait(false) is PeerReply.Judged judged
            ? PeerCallMapping.ToWire(judged)
            : throw Unexpected(nameof(Judge));
    }

    public override async Task<V1.OrderAnswer> AskOrder(V1.AskOrderRequest request, ServerCallContext context)
    {
        var peer = door.Node(context);
        if (!SignedRequestMapping.TryRead(request.Request, out var signed, out var malformed))
            throw new ServiceException(malformed);
        return await AskAsync(peer, new PeerCall.AskOrder(signed), context).ConfigureAwait(false) is PeerReply.Order order
            ? OrderMapping.ToWire(order.Answer)
            : throw Unexpected(nameof(AskOrder));
    }

    public override async Task<V1.Accepted> PushCertificate(V1.OrderCertificate request, ServerCallContext context)
    {
        var peer = door.Node(context);
        if (!OrderMapping.TryRead(request, out var certificate))
            throw Malformed("order certificate");
        return await AskAsync(peer, new PeerCall.PushCertificate(certificate), context).ConfigureAwait(false) is PeerReply.Accepted
            ? new V1.Accepted()
            : throw Unexpected(nameof(PushCertificate));
    }

    public override async Task<V1.Accepted> PushResult(V1.PushResultRequest request, ServerCallContext context)
    {
        var peer = door.Node(context);
        if (!SignedRequestMapping.TryRead(request.Request, out var signed, out var malformed))
            throw new ServiceException(malformed);
        if (request.Signature.Length is 0 or > PeerCallMapping.MaxResultBytes)
            throw Malformed("result");
        return await AskAsync(peer, new PeerCall.PushResult(signed, request.Signature.ToByteArray()), context).ConfigureAwait(false) is PeerReply.Accepted
            ? new V1.Accepted()
            : throw Unexpected(nameof(PushResult));
    }

    public override async Task<V1.PartialSignReply> PartialSign(V1.PartialSignRequest request, ServerCallContext context)
    {
        var peer = door.Node(context);
        if (!SignedRequestMapping.TryRead(request.Request, out var signed, out var malformed))
            throw new ServiceException(malformed);
        return PartialSignMapping.TryRead(request, signed, out var call)
            ? PartialSignMapping.ToWire(await AskAsync(peer, call, context).ConfigureAwait(false))
            : throw Malformed("question");
    }

    public override async Task<V1.Accepted> ForwardOrder(V1.ForwardOrderRequest request, ServerCallContext context)
    {
        var peer = door.Node(context);
        if (!SignedOrderMapping.TryRead(request.Order, out var order, out var malformed))
            throw new ServiceException(malformed);
        return await AskAsync(peer, new PeerCall.ForwardOrder(order), context).ConfigureAwait(false) is PeerReply.Accepted
            ? new V1.Accepted()
            : throw Unexpected(nameof(ForwardOrder));
    }

    public override async Task<V1.FetchRostersReply> FetchRosters(V1.FetchRostersRequest request, ServerCallContext context)
    {
        var peer = door.Node(context);
        if (request.From == 0)
            throw Malformed("version");
        return await AskForLongAsync(peer, new PeerCall.FetchRosters(request.From), context).ConfigureAwait(false) is PeerReply.Rosters rosters
            ? RosterMapping.ToWire(rosters)
            : throw Unexpected(nameof(FetchRosters));
    }

    public override async Task<V1.MaintenanceAnswer> AskMaintenance(V1.AskMaintenanceRequest request, ServerCallContext context)
    {
        var peer = door.Node(context);
        if (!MaintainedMapping.TryRead(request, out var ask))
            throw Malformed("maintenance order");
        return await AskAsync(peer, ask, context).ConfigureAwait(false) is PeerReply.Maintenance maintenance
            ? MaintainedMapping.ToWire(maintenance.Answer)
            : throw Unexpected(nameof(AskMaintenance));
    }

    public override async Task<V1.Accepted> PushMaintained(V1.PushMaintainedRequest request, ServerCallContext context)
    {
        var peer = door.Node(context);
        if (!MaintainedMapping.TryRead(request, out var push))
            throw Malformed("end of a maintenance order");
        return await AskAsync(peer, push, context).ConfigureAwait(false) is PeerReply.Accepted ? new V1.Accepted() : throw Unexpected(nameof(PushMaintained));
    }

    public override async Task<V1.Accepted> AskTeaching(V1.AskTeachingRequest request, ServerCallContext context)
    {
        var peer = door.Node(context);
        if (!WireBytes.Read(request.Hash, out Core.Identities.Digest32 hash))
            throw Malformed("order hash");
        return await AskAsync(peer, new PeerCall.AskTeaching(hash), context).ConfigureAwait(false) is PeerReply.Accepted ? new V1.Accepted() : throw Unexpected(nameof(AskTeaching));
    }

    public override async Task<V1.AskKeysReply> AskKeys(V1.AskKeysRequest request, ServerCallContext context)
    {
        var peer = door.Node(context);
        if (!CertifiedKeyMapping.TryRead(request, out var ask))
            throw Malformed("list of keys");
        return await AskForLongAsync(peer, ask, context).ConfigureAwait(false) is PeerReply.Keys keys ? CertifiedKeyMapping.ToWire(keys) : throw Unexpected(nameof(AskKeys));
    }

    /// <summary>Asks for what may be megabytes: a few at a time for each peer.</summary>
    private Task<PeerReply> AskForLongAsync(Caller.Node peer, PeerCall body, ServerCallContext context) =>
        turns.RunAsync(peer.Member.Nid.Value, () => AskAsync(peer, body, context), context.CancellationToken);

    private async Task<PeerReply> AskAsync(Caller.Node peer, PeerCall body, ServerCallContext context)
    {
        var reply = await calls.CallAsync(peer.Member.Nid, peer.TlsKey, body, context.CancellationToken).ConfigureAwait(false);
        return reply is PeerReply.Refused refused ? throw new ServiceException(refused.Error) : reply;
    }

    private static (SignedRequest Request, DateTimeOffset Clock) Read(V1.PeerRequest message)
    {
        if (!SignedRequestMapping.TryRead(message.Request, out var signed, out var malformed))
            throw new ServiceException(malformed);
        return WireBytes.ReadTime(message.ClockMs, out var clock) ? (signed, clock) : throw Malformed("clock");
    }

    private static ServiceException Malformed(string what) =>
        new(new(Reason.MalformedRequest, $"The {what} in the call is malformed.", "Run nodes of compatible versions."));

    private static InvalidOperationException Unexpected(string method) => new($"{method} was answered by a reply of another kind");
}
