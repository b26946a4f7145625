using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>Whoever hands in more than the bounds allow has a bug: what came from outside was bounded at the door.</summary>
internal static class Bounds
{
    internal static void Check(ReadOnlyMemory<byte> value, string name, int max = StoreLimits.MaxBlobBytes)
    {
        if (value.Length > max)
            throw new ArgumentException($"{value.Length} bytes; at most {max}", name);
    }

    /// <summary>A signature or another value that must be there.</summary>
    internal static void CheckPresent(ReadOnlyMemory<byte> value, string name)
    {
        Check(value, name);
        if (value.IsEmpty)
            throw new ArgumentException("empty, and it must not be", name);
    }

    internal static void Check(string text, string name, int max = StoreLimits.MaxTextLength)
    {
        if (text.Length > max)
            throw new ArgumentException($"{text.Length} characters; at most {max}", name);
    }

    internal static void Check(SignedRequest request)
    {
        if (request.Body.Length > SignedRequest.MaxBodyBytes || request.Signature.Length > SignedRequest.MaxSignatureBytes)
            throw new ArgumentException($"a body of {request.Body.Length} and a signature of {request.Signature.Length} bytes", nameof(request));
    }

    internal static void Check(SignedOrder order)
    {
        if (!SignedOrderEncoding.IsWellFormed(order))
            throw new ArgumentException($"an order of {order.Body.Length} bytes with {order.Signatures.Count} signatures", nameof(order));
    }

    internal static void CheckCount(int count, int max, string name)
    {
        if (count is 0 || count > max)
            throw new ArgumentException($"{count}; 1..{max}", name);
    }
}
