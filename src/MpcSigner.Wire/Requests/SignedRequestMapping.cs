using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;

namespace MpcSigner.Wire.Requests;

/// <summary>The envelope of a client's request. Only lengths are judged here; the signature is the gate's.</summary>
internal static class SignedRequestMapping
{
    /// <summary>Ed25519; a further algorithm would state its own.</summary>
    private const int SignatureBytes = 64;

    public static V1.SignedRequest ToWire(SignedRequest request) => new()
    {
        Body = ByteString.CopyFrom(request.Body.Span),
        ClientId = ByteString.CopyFrom(request.Client.ToArray()),
        Signature = ByteString.CopyFrom(request.Signature.Span),
    };

    public static bool TryRead(V1.SignedRequest? message, [NotNullWhen(true)] out SignedRequest? request, [NotNullWhen(false)] out ServiceError? error)
    {
        request = null;
        error = Judge(message);
        if (error is null)
            request = new(message!.Body.ToByteArray(), new(message.ClientId.Span), message.Signature.ToByteArray());
        return error is null;
    }

    private static ServiceError? Judge(V1.SignedRequest? message)
    {
        if (message is null)
            return Refusal.Malformed("The signed request is missing.");
        if (message.Body.Length is 0 or > SignedRequest.MaxBodyBytes)
            return Refusal.Malformed($"The request body has {message.Body.Length} bytes; 1..{SignedRequest.MaxBodyBytes} are allowed.");
        if (message.ClientId.Length != ClientId.Size)
            return Refusal.Malformed($"client_id has {message.ClientId.Length} bytes, expected {ClientId.Size}.");
        return message.Signature.Length != SignatureBytes
            ? Refusal.Malformed($"The client's signature has {message.Signature.Length} bytes, expected {SignatureBytes}.")
            : null;
    }
}
