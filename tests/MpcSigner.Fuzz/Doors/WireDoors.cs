using System.Text;
using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Orders;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Fuzz.Mutation;
using MpcSigner.Fuzz.Seeds;
using MpcSigner.Wire.Errors;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Fuzz.Doors;

/// <summary>Protobuf that clients, administrators and nodes send.</summary>
internal static class WireDoors
{
    private static readonly RequestBodyCodec s_codec = new();

    public static IEnumerable<Door> All =>
    [
        new("wire/request-body", Grammar.Protobuf, () => [.. Vectors.Hex("wire/golden.json", name => name.StartsWith("request-body/", StringComparison.Ordinal)),
            .. HonestNodes.Heard.Requests.Select(request => request.Body.ToArray()), .. HonestNodes.Heard.Orders.Select(order => order.Body.ToArray())], Body,
            "RequestBodyCodec.TryDecode", "MaintenanceMapping.Read", "CreateKeysMapping.Read", "AdministratorMapping.Read", "PartiesMapping.Read", "SignMapping.Read",
            "WireEnums.TryRead", "OrderedKeysMapping.Read", "WireTimes.Read", "RequestShape.Check") { AllocatedAtMost = 128 << 10, AllocatedPerByte = 64 },
        new("wire/signed-request", Grammar.Protobuf, () => HonestNodes.Heard.Requests.Select(request => SignedRequestMapping.ToWire(request).ToByteArray()), SignedRequest, "SignedRequestMapping.TryRead"),
        new("wire/signed-order", Grammar.Protobuf, () => HonestNodes.Heard.Orders.Select(order => SignedOrderMapping.ToWire(order).ToByteArray()), SignedOrder, "SignedOrderMapping.TryRead"),
        new("wire/error-detail", Grammar.Protobuf, () => Errors().Select(error => ErrorDetails.ToWire(error).ToByteArray()), Detail, "ErrorDetails.TryRead"),
        new("wire/status", Grammar.Protobuf, () => Errors().Select(error => StatusMapping.ToException(error).Trailers.GetValueBytes(StatusMapping.DetailsTrailer)!), Status, "StatusMapping.TryRead"),
        new("wire/reason", Grammar.Word, () => Enum.GetValues<Reason>().Select(reason => Encoding.ASCII.GetBytes(ReasonCodes.Name(reason))), ReasonCode, "ReasonCodes.TryParse"),
    ];

    private static bool Body(byte[] input)
    {
        if (!s_codec.TryDecode(input, out var body, out var error))
            return IsTyped(error);
        Wrong.Unless(s_codec.Encode(body), input);
        return true;
    }

    private static bool SignedRequest(byte[] input)
    {
        if (!TryParse(V1.SignedRequest.Parser, input, out var message) || !SignedRequestMapping.TryRead(message, out var request, out _))
            return false;
        Wrong.If(request.Body.Length is 0 or > Core.Requests.SignedRequest.MaxBodyBytes || request.Signature.Length != Core.Requests.SignedRequest.MaxSignatureBytes, "out of its bounds");
        return true;
    }

    private static bool SignedOrder(byte[] input)
    {
        if (!TryParse(V1.SignedOrder.Parser, input, out var message) || !SignedOrderMapping.TryRead(message, out var order, out _))
            return false;
        Wrong.If(!SignedOrderEncoding.IsWellFormed(order), "an order that cannot be stored");
        return true;
    }

    public static IEnumerable<ServiceError> Errors()
    {
        var nid = HonestNodes.Heard.Keys[0].Record.Parties[0].Nid;
        yield return new(Reason.Overloaded, "Too much.", "Wait.");
        yield return new(Reason.TooFewNodes, "Two are missing.", "Start them.", [new(nid, "node-a", Reason.PeerFault, "é"), new(nid, "node-b", Reason.Sealed, "")]);
    }

    private static bool Detail(byte[] input)
    {
        if (!TryParse(V1.ErrorDetail.Parser, input, out var message) || !ErrorDetails.TryRead(message, out var error))
            return false;
        CheckError(error);
        return true;
    }

    private static bool Status(byte[] input)
    {
        var status = new RpcException(new Status(StatusCode.Internal, ""), new Metadata { { StatusMapping.DetailsTrailer, input } });
        if (!StatusMapping.TryRead(status, out var error))
            return false;
        CheckError(error);
        return true;
    }

    private static bool ReasonCode(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (!ReasonCodes.TryParse(text, out var reason))
            return false;
        Wrong.If(ReasonCodes.Name(reason) != text, "a reason under two names");
        return true;
    }

    /// <summary>What another program wrote reaches terminals and logs.</summary>
    public static void CheckError(ServiceError error) => Wrong.If(
        error.Message.Length > ErrorDetails.MaxTextLength || error.NextStep.Length > ErrorDetails.MaxTextLength || error.Nodes.Count > Core.Rosters.Roster.MaxNodes
        || error.Message.Any(char.IsControl) || error.NextStep.Any(char.IsControl)
        || error.Nodes.Any(node => node.Message.Length > ErrorDetails.MaxNodeTextLength || node.Message.Any(char.IsControl) || node.NodeName.Any(char.IsControl)),
        "a sentence that is too long or holds control characters");

    /// <summary>A refusal has a reason and a sentence of bounded length, without control characters.</summary>
    public static bool IsTyped(ServiceError error)
    {
        Wrong.If(!Enum.IsDefined(error.Reason) || error.Message.Length is 0 or > 2_000 || error.Message.Any(char.IsControl), $"a refusal that is no sentence: {error.Reason}, {error.Message.Length} characters");
        return false;
    }

    /// <summary>As the framing does: what does not parse is the caller's fault.</summary>
    public static bool TryParse<T>(MessageParser<T> parser, byte[] input, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? message)
        where T : class, IMessage<T>
    {
        try
        {
            message = parser.ParseFrom(input);
            return true;
        }
        catch (Exception e) when (Wire.MalformedMessage.Is(e))
        {
            message = null;
            return false;
        }
    }
}
