using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;

namespace MpcSigner.Coordination.Requests;

/// <summary>A signed request inside a sealed message: client id 32 ‖ signature 64 ‖ u32 length ‖ body.</summary>
internal static class SignedRequestEncoding
{
    public static ByteWriter Write(ByteWriter writer, SignedRequest request) =>
        writer.Bytes32(request.Client.Value).Bytes(request.Signature.Span).Block(request.Body.Span);

    public static bool TryRead(ref ByteReader reader, [NotNullWhen(true)] out SignedRequest? request)
    {
        request = null;
        if (!reader.Bytes32(out var client) || !reader.Bytes(SignedRequest.MaxSignatureBytes, out var signature)
            || !reader.Block(SignedRequest.MaxBodyBytes, out var body))
            return false;
        request = new(body.ToArray(), new(client), signature.ToArray());
        return true;
    }
}
