using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>Whoever hands in more than the bounds allow has a bug: what came from outside was bounded at the door.</summary>
internal static class Bounds
{
    internal static void Check(ReadOnlyMemory<byte> value, string name)
    {
        if (value.Length > StoreLimits.MaxBlobBytes)
            throw new ArgumentException($"{value.Length} bytes; at most {StoreLimits.MaxBlobBytes}", name);
    }

    internal static void Check(SignedRequest request)
    {
        if (request.Body.Length > SignedRequest.MaxBodyBytes || request.Signature.Length > SignedRequest.MaxSignatureBytes)
            throw new ArgumentException($"a body of {request.Body.Length} and a signature of {request.Signature.Length} bytes", nameof(request));
    }
}
