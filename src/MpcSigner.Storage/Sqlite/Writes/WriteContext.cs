using System.Security.Cryptography;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>What the writes of one commit share: whose store it is, and when it is.</summary>
internal sealed class WriteContext(NodeId self, DateTimeOffset now)
{
    private SignedRequest? _request;
    private Bytes32 _requestHash;

    internal NodeId Self { get; } = self;

    internal DateTimeOffset Now { get; } = now;

    /// <summary>Names a request by its content. A thousand keys come from one request: it is hashed once.</summary>
    internal Bytes32 HashOf(SignedRequest request)
    {
        if (ReferenceEquals(request, _request))
            return _requestHash;
        var bytes = new ByteWriter(request.Body.Length + 128).Bytes32(request.Client.Value).Block(request.Signature.Span).Block(request.Body.Span);
        (_request, _requestHash) = (request, new(SHA256.HashData(bytes.Written)));
        return _requestHash;
    }
}
