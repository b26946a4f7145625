using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;

namespace MpcSigner.Wire.Requests;

/// <summary>The envelope of an administrators' order. Only its form is judged here; who signed what is the gate's.</summary>
internal static class SignedOrderMapping
{
    /// <summary>Ed25519, as a client's.</summary>
    private const int SignatureBytes = 64;

    public static V1.SignedOrder ToWire(SignedOrder order)
    {
        var message = new V1.SignedOrder { Body = ByteString.CopyFrom(order.Body.Span) };
        foreach (var signature in order.Signatures)
        {
            message.Signatures.Add(new V1.OrderSignature
            {
                Administrator = ByteString.CopyFrom(signature.Administrator.ToArray()),
                Signature = ByteString.CopyFrom(signature.Signature.Span),
            });
        }
        return message;
    }

    public static bool TryRead(V1.SignedOrder? message, [NotNullWhen(true)] out SignedOrder? order, [NotNullWhen(false)] out ServiceError? error)
    {
        order = null;
        error = Judge(message);
        if (error is null)
        {
            order = new(message!.Body.ToByteArray(),
                [.. message.Signatures.Select(signature => new OrderSignature(new(signature.Administrator.Span), signature.Signature.ToByteArray()))]);
        }
        return error is null;
    }

    private static ServiceError? Judge(V1.SignedOrder? message)
    {
        if (message is null)
            return Refusal.Malformed("The signed order is missing.");
        if (message.Body.Length is 0 or > SignedOrder.MaxBodyBytes)
            return Refusal.Malformed($"The order's body has {message.Body.Length} bytes; 1..{SignedOrder.MaxBodyBytes} are allowed.");
        if (message.Signatures.Count > SignedOrder.MaxSignatures)
            return Refusal.Malformed($"The order has {message.Signatures.Count} signatures, at most {SignedOrder.MaxSignatures} are allowed.");
        AdministratorId? last = null;
        foreach (var signature in message.Signatures)
        {
            if (signature.Administrator.Length != AdministratorId.Size)
                return Refusal.Malformed($"An administrator's id has {signature.Administrator.Length} bytes, expected {AdministratorId.Size}.");
            if (signature.Signature.Length != SignatureBytes)
                return Refusal.Malformed($"An administrator's signature has {signature.Signature.Length} bytes, expected {SignatureBytes}.");
            var administrator = new AdministratorId(signature.Administrator.Span);
            if (last is { } before && before.CompareTo(administrator) >= 0)
                return Refusal.Malformed("An order's signatures ascend by administrator, each once.");
            last = administrator;
        }
        return null;
    }
}
