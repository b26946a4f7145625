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
            TaprootMode = WireEnums.ToWire(action.Taproot.Mode),
            MerkleRoot = ByteString.CopyFrom(action.Taproot.Root.Span),
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
        if (ReadTaproot(message, out var taproot) is { } badTaproot)
            return badTaproot;
        action = new RequestAction.Sign(new(message.KeyId.Span), [.. message.Path], kind, message.Payload.ToByteArray()) { Taproot = taproot };
        return null;
    }

    private static ServiceError? ReadTaproot(V1.Sign message, out TaprootOutput taproot)
    {
        taproot = TaprootOutput.None;
        if (!WireEnums.TryRead(message.TaprootMode, out var mode))
            return Refusal.Malformed($"taproot_mode {(int)message.TaprootMode} is not known.");
        switch (mode)
        {
            case TaprootMode.None:
                return message.MerkleRoot.IsEmpty ? null : Refusal.Malformed("A merkle root is given without the Taproot mode KEY_PATH.");
            case TaprootMode.KeyPath when message.MerkleRoot.IsEmpty:
                taproot = TaprootOutput.KeyPath;
                return null;
            case TaprootMode.KeyPath when message.MerkleRoot.Length == TaprootOutput.RootSize:
                taproot = TaprootOutput.KeyPathWithRoot(message.MerkleRoot.Span);
                return null;
            case TaprootMode.KeyPath:
                return Refusal.Malformed($"merkle_root has {message.MerkleRoot.Length} bytes, expected {TaprootOutput.RootSize} or none.");
        }
        throw new InvalidOperationException("a Taproot mode of no known kind");
    }
}
