using Google.Protobuf;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;

namespace MpcSigner.Wire.Requests;

/// <summary>The action that signs.</summary>
internal static class SignMapping
{
    private const uint HardenedBit = 1u << 31;

    public static V1.Sign ToWire(RequestAction.Sign action)
    {
        var message = new V1.Sign
        {
            KeyId = ByteString.CopyFrom(action.Key.ToArray()),
            PayloadKind = WireEnums.ToWire(action.Kind),
            Payload = ByteString.CopyFrom(action.Payload.Span),
        };
        message.Path.Add(action.Path);
        return message;
    }

    public static ServiceError? Read(V1.Sign message, out RequestAction? action)
    {
        action = null;
        if (message.KeyId.Length != KeyId.Size)
            return Refusal.Malformed($"key_id has {message.KeyId.Length} bytes, expected {KeyId.Size}.");
        if (message.Path.Count > RequestAction.Sign.MaxPathLength)
            return Refusal.Of(Reason.BadDerivationPath, $"The derivation path has {message.Path.Count} indices, at most {RequestAction.Sign.MaxPathLength} are allowed.");
        foreach (var index in message.Path)
        {
            if (index >= HardenedBit)
                return Refusal.Of(Reason.BadDerivationPath,
                    $"Index {index} is hardened: it would need the whole private key, which no machine has. Use indices below 2^31.");
        }
        if (!WireEnums.TryRead(message.PayloadKind, out var kind))
            return Refusal.Malformed($"payload_kind {(int)message.PayloadKind} is not known.");
        if (message.Payload.IsEmpty)
            return Refusal.Of(Reason.PayloadMalformed, "The payload is empty.");
        if (message.Payload.Length > RequestAction.Sign.MaxPayloadBytes)
            return Refusal.Of(Reason.PayloadTooLarge, $"The payload has {message.Payload.Length} bytes, at most {RequestAction.Sign.MaxPayloadBytes} are allowed.");
        action = new RequestAction.Sign(new(message.KeyId.Span), [.. message.Path], kind, message.Payload.ToByteArray());
        return null;
    }
}
