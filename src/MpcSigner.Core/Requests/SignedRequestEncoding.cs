using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Requests;

/// <summary>A signed request inside a longer message: client id 32 ‖ signature 64 ‖ u32 length ‖ body.</summary>
public static class SignedRequestEncoding
{
    public static ByteWriter Write(ByteWriter writer, SignedRequest request) =>
        writer.Bytes32(request.Client.Value).Bytes(request.Signature.Span).Block(request.Body.Span);

    /// <summary>Reads what <see cref="Write"/> writes; what comes after it stays. Only lengths are judged.</summary>
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
