using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Wire.Errors;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Peers.Mapping;

/// <summary>Calls of the machine as calls of the service, and answers back.</summary>
internal static class PeerCallMapping
{
    /// <summary>A signature is 64 bytes in every suite (65 with a recovery id).</summary>
    public const int MaxResultBytes = 128;

    /// <summary>Null: the peer answered what cannot be understood.</summary>
    public static async Task<PeerReply?> SendAsync(V1.PeerService.PeerServiceClient peer, PeerCall call, CallOptions options) => call switch
    {
        PeerCall.Hello c => Read(await peer.HelloAsync(AnnouncementMapping.ToWire(c.Announcement), options)),
        PeerCall.Book c => Read(await peer.BookAsync(ToWire(c.Request, c.Clock), options)),
        PeerCall.Judge c => Read(await peer.JudgeAsync(ToWire(c.Request, c.Clock), options)),
        PeerCall.AskOrder c => Read(await peer.AskOrderAsync(new V1.AskOrderRequest { Request = SignedRequestMapping.ToWire(c.Request) }, options)),
        PeerCall.PushCertificate c => Accepted(await peer.PushCertificateAsync(OrderMapping.ToWire(c.Certificate), options)),
        PeerCall.PushResult c => Accepted(await peer.PushResultAsync(
            new V1.PushResultRequest { Request = SignedRequestMapping.ToWire(c.Request), Signature = WireBytes.Of(c.Signature) }, options)),
        PeerCall.FetchRosters c => RosterMapping.TryRead(await peer.FetchRostersAsync(new V1.FetchRostersRequest { From = c.From }, options), out var rosters) ? rosters : null,
        PeerCall.PartialSign c => PartialSignMapping.Read(await peer.PartialSignAsync(PartialSignMapping.ToWire(c), options)),
        PeerCall.ForwardOrder c => Accepted(await peer.ForwardOrderAsync(new V1.ForwardOrderRequest { Order = SignedOrderMapping.ToWire(c.Order) }, options)),
        PeerCall.AskMaintenance c => Read(await peer.AskMaintenanceAsync(MaintainedMapping.ToWire(c), options)),
        PeerCall.PushMaintained c => Accepted(await peer.PushMaintainedAsync(MaintainedMapping.ToWire(c), options)),
        PeerCall.AskTeaching c => Accepted(await peer.AskTeachingAsync(new V1.AskTeachingRequest { Hash = WireBytes.Of(c.Hash.Value) }, options)),
        PeerCall.AskKeys c => CertifiedKeyMapping.Read(await peer.AskKeysAsync(CertifiedKeyMapping.ToWire(c), options)),
        _ => throw new NotSupportedException($"no call for {call.GetType().Name}"),
    };

    public static V1.BookReply ToWire(PeerReply.Booked booked) => new()
    {
        Nid = WireBytes.Of(booked.Ack.Node.Value),
        Signature = WireBytes.Of(booked.Ack.Signature),
        KnownResult = WireBytes.Of(booked.KnownResult),
    };

    public static V1.JudgeReply ToWire(PeerReply.Judged judged) => new()
    {
        Allowed = judged.Allowed,
        Denial = judged.Denial is { } denial ? ErrorDetails.ToWire(denial) : null,
    };

    private static V1.PeerRequest ToWire(Core.Requests.SignedRequest request, DateTimeOffset clock) =>
        new() { Request = SignedRequestMapping.ToWire(request), ClockMs = clock.ToUnixTimeMilliseconds() };

    private static PeerReply.Hello? Read(V1.Announcement reply) => AnnouncementMapping.TryRead(reply, out var announcement) ? new(announcement) : null;

    private static PeerReply.Booked? Read(V1.BookReply reply) =>
        WireBytes.Read(reply.Nid, out NodeId nid) && WireBytes.ReadSignature(reply.Signature, out var signature) && reply.KnownResult.Length <= MaxResultBytes
            ? new(new(nid, signature), reply.KnownResult.ToByteArray())
            : null;

    private static PeerReply.Judged? Read(V1.JudgeReply reply)
    {
        if (reply.Allowed)
            return reply.Denial is null ? new(true, null) : null;
        return ErrorDetails.TryRead(reply.Denial, out var denial) ? new(false, denial) : null;
    }

    private static PeerReply.Order? Read(V1.OrderAnswer reply) => OrderMapping.TryRead(reply, out var answer) ? new(answer) : null;

    private static PeerReply.Maintenance? Read(V1.MaintenanceAnswer reply) => MaintainedMapping.TryRead(reply, out var answer) ? new(answer) : null;

    private static PeerReply.Accepted Accepted(V1.Accepted reply) => reply is null ? throw new ArgumentNullException(nameof(reply)) : new();
}
