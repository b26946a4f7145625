using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.KeyRecords;

namespace MpcSigner.Verification.Keys;

/// <summary>A request that ordered keys, as its signer knows it: what the keys must turn out to be.</summary>
public sealed class CreationOrder
{
    /// <param name="body">The exact bytes that were signed.</param>
    /// <param name="client">Who signed them.</param>
    /// <param name="asked">What <paramref name="body"/> decodes to.</param>
    public CreationOrder(ReadOnlySpan<byte> body, ClientId client, RequestAction.CreateKeys asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        Client = client;
        Asked = asked;
        Hash = OrderHash.Compute(OrderKind.Creation, new(SHA256.HashData(body)), client.Value);
    }

    public ClientId Client { get; }

    public RequestAction.CreateKeys Asked { get; }

    /// <summary>H(order).</summary>
    public Digest32 Hash { get; }

    /// <summary>The id that the key at place <paramref name="k"/> must have.</summary>
    public KeyId KeyIdAt(int k) => KeyIds.Derive(Hash, k);

    /// <summary>The label asked for at place <paramref name="k"/>; empty if none was.</summary>
    public string LabelAt(int k) => Asked.Labels.Count == 0 ? "" : Asked.Labels[k];
}
