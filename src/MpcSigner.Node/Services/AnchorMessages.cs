using Google.Protobuf;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Services;

/// <summary>What the keys of one answer are known by. A creation request, which may be of a thousand of them, goes out with the first.</summary>
internal sealed class AnchorMessages(INodeStore store)
{
    private readonly HashSet<Digest32> _creations = [];

    public async Task<IReadOnlyDictionary<KeyId, KeyAnchor>> ReadAsync(IReadOnlyList<KeyId> keys, CancellationToken cancellation)
    {
        var found = new Dictionary<KeyId, KeyAnchor>();
        foreach (var chunk in keys.Chunk(StoreLimits.MaxPage))
        {
            var answers = await store.ReadAsync([new StoreQuery.FindAnchors(chunk)], cancellation).ConfigureAwait(false);
            foreach (var anchor in ((StoreAnswer.Anchors)answers[0]).Values.OfType<KeyAnchor>())
                found[anchor.Record.KeyId] = anchor;
        }
        return found;
    }

    /// <param name="withRecord">Whether generation 0 is not shown beside it.</param>
    public V1.KeyAnchor ToWire(KeyAnchor anchor, bool withRecord)
    {
        if (!CommitCertificate.TryDecode(anchor.Certificate.Span, out var certificate))
            throw new InvalidOperationException($"the store holds a malformed certificate of key {anchor.Record.KeyId}");
        var message = new V1.KeyAnchor { Index = anchor.Index };
        if (_creations.Add(certificate.OrderHash))
            message.Creation = SignedRequestMapping.ToWire(anchor.Creation);
        if (!withRecord)
            return message;
        message.Record = ByteString.CopyFrom(KeyRecordEncoding.Encode(anchor.Record));
        message.Certificate = ByteString.CopyFrom(anchor.Certificate.Span);
        return message;
    }
}
