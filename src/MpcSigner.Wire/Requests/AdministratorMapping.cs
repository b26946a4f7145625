using Google.Protobuf;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;

namespace MpcSigner.Wire.Requests;

/// <summary>What administrators may order beside maintenance.</summary>
internal static class AdministratorMapping
{
    public static V1.Destroy ToWire(AdministratorAction.Destroy action)
    {
        var message = new V1.Destroy { NotBeforeMs = action.NotBefore.ToUnixTimeMilliseconds() };
        OrderedKeysMapping.Write(message.Keys, action.Keys);
        return message;
    }

    public static V1.CancelDestruction ToWire(AdministratorAction.CancelDestruction action) => new() { Order = ByteString.CopyFrom(action.Order.ToArray()) };

    public static V1.EndAttempt ToWire(AdministratorAction.EndAttempt action) =>
        new() { Order = ByteString.CopyFrom(action.Order.ToArray()), End = WireEnums.ToWire(action.End) };

    public static V1.CancelJob ToWire(AdministratorAction.CancelJob action) => new() { Job = ByteString.CopyFrom(action.Job.ToArray()) };

    public static ServiceError? Read(V1.Destroy message, out RequestAction? action)
    {
        action = null;
        if (OrderedKeysMapping.Read(message.Keys, out var keys) is { } badKeys)
            return badKeys;
        if (WireTimes.Read("not_before_ms", message.NotBeforeMs, out var notBefore) is { } badTime)
            return badTime;
        action = new AdministratorAction.Destroy(keys, notBefore);
        return null;
    }

    public static ServiceError? Read(V1.CancelDestruction message, out RequestAction? action)
    {
        var error = ReadDigest("order", message.Order, out var order);
        action = error is null ? new AdministratorAction.CancelDestruction(order) : null;
        return error;
    }

    public static ServiceError? Read(V1.EndAttempt message, out RequestAction? action)
    {
        action = null;
        if (ReadDigest("order", message.Order, out var order) is { } badOrder)
            return badOrder;
        if (!WireEnums.TryRead(message.End, out var end))
            return Refusal.Malformed($"end {(int)message.End} is not known.");
        action = new AdministratorAction.EndAttempt(order, end);
        return null;
    }

    public static ServiceError? Read(V1.CancelJob message, out RequestAction? action)
    {
        var error = ReadDigest("job", message.Job, out var job);
        action = error is null ? new AdministratorAction.CancelJob(job) : null;
        return error;
    }

    private static ServiceError? ReadDigest(string field, ByteString bytes, out Digest32 digest)
    {
        digest = default;
        if (bytes.Length != Digest32.Size)
            return Refusal.Malformed($"{field} has {bytes.Length} bytes, expected {Digest32.Size}.");
        digest = new(bytes.Span);
        return null;
    }
}
