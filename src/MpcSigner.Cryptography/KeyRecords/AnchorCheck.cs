using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;

namespace MpcSigner.Cryptography.KeyRecords;

/// <summary>Checks the anchor of a key whose id is known: the same for clients, administrators and nodes.</summary>
/// <remarks>
/// The id is the hash of the creation's exact bytes, its client and the key's place, so the request shown is the one that the id was made of, and with it suite, t and all n nodes. Fewer than t of these
/// deviate, and t ≤ n, so one of the n is honest; it acknowledges one result of an order in its life, and none that its own session did not compute. A certificate of all n over a record of generation 0 is
/// therefore that of the key which these nodes made for this order. Who signs with identity keys that all n nodes have had, the honest ones' among them, can make another.
/// </remarks>
public static class AnchorCheck
{
    /// <summary>H(order) of a creation.</summary>
    public static Digest32 OrderOf(SignedRequest creation)
    {
        ArgumentNullException.ThrowIfNull(creation);
        return OrderHash.Compute(OrderKind.Creation, new(SHA256.HashData(creation.Body.Span)), creation.Client.Value);
    }

    /// <param name="key">The id that the caller knows, or that the key is shown under.</param>
    /// <param name="asked">What the creation's body decodes to.</param>
    /// <param name="hasSigned">Whether a node has signed a statement with any identity key it has had; null for an unknown node.</param>
    public static AnchorVerdict Check(
        KeyId key, KeyAnchor anchor, RequestAction.CreateKeys asked, Func<NodeId, Digest32, ReadOnlyMemory<byte>, bool?> hasSigned)
    {
        ArgumentNullException.ThrowIfNull(anchor);
        ArgumentNullException.ThrowIfNull(asked);
        var order = OrderOf(anchor.Creation);
        var record = anchor.Record;
        if (anchor.Index >= asked.Count || KeyIds.Derive(order, anchor.Index) != key)
            return new(AnchorFault.OtherCreation);
        if (record.KeyId != key || record.Generation != 0)
            return new(AnchorFault.OtherRecord);
        if (record.Suite != asked.Suite)
            return new(AnchorFault.OtherSuite);
        if (record.Threshold != asked.Threshold)
            return new(AnchorFault.OtherThreshold);
        if (!record.Parties.Select(party => (party.Pid, party.Nid)).SequenceEqual(asked.Parties))
            return new(AnchorFault.OtherParties);
        if (!CommitCertificate.TryDecode(anchor.Certificate.Span, out var certificate))
            return new(AnchorFault.MalformedCertificate);
        if (certificate.OrderHash != order || certificate.Index != anchor.Index || certificate.Count != asked.Count)
            return new(AnchorFault.OtherPlace);
        var verdict = certificate.Verify(record, hasSigned);
        return verdict.IsValid ? new(AnchorFault.Valid) : new(AnchorFault.BadCertificate, verdict);
    }

    /// <summary>Whether a record of any generation is of the anchor's key: id, suite, public key and chain code never change; of generation 0 there is the one record.</summary>
    public static bool IsOf(KeyAnchor anchor, KeyRecord record)
    {
        ArgumentNullException.ThrowIfNull(anchor);
        ArgumentNullException.ThrowIfNull(record);
        var first = anchor.Record;
        return record.KeyId == first.KeyId && record.Suite == first.Suite && record.PublicKey.Span.SequenceEqual(first.PublicKey.Span) && record.ChainCode == first.ChainCode
            && (record.Generation != 0 || KeyRecordHash.Compute(record) == KeyRecordHash.Compute(first));
    }
}
