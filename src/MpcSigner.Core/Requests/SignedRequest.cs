using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Requests;

/// <summary>A client's request as it came: exact body bytes, who signed, the signature over H("client-request"; version, body).</summary>
/// <remarks>Every node judges these very bytes; nothing derived from them travels in their place.</remarks>
public sealed record SignedRequest(ReadOnlyMemory<byte> Body, ClientId Client, ReadOnlyMemory<byte> Signature)
{
    /// <summary>Above any request in use: a batch of 1,000 keys with labels stays below 256 KiB.</summary>
    public const int MaxBodyBytes = 1 << 20;

    public const int MaxSignatureBytes = 64;
}
