using MpcSigner.Client.Errors;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Verification.Keys;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Client.Keys;

/// <summary>Keys as a node sends them, into what the verifier reads and what the caller sees.</summary>
internal static class KeyMapping
{
    /// <param name="anchors">Of the answer that the key came in; null for keys of an own creation, which need none.</param>
    public static ShownKey Read(V1.Key key, RosterNode from, ShownAnchors? anchors)
    {
        if (key.KeyId.Length == KeyId.Size && key.Owner.Length == ClientId.Size && key.Record.Length <= KeyVerifier.MaxRecordBytes
            && WireEnums.TryRead(key.Suite, out var suite) && WireEnums.TryRead(key.Usage, out var usage) && key.State is V1.KeyState.Pending or V1.KeyState.Active)
        {
            // A PENDING key is shown as such whatever bytes came with it.
            var certificate = key.State == V1.KeyState.Active ? key.Certificate.ToByteArray() : [];
            var shown = new ShownKey(new(key.KeyId.Span), suite, key.Record.ToByteArray(), certificate, key.Label, usage, new(key.Owner.Span)) { Dealers = Dealers(key.Dealers, from) };
            return certificate.Length == 0 ? shown : shown with { Anchor = anchors?.Read(key.Anchor, shown.KeyId, suite, shown.Record, certificate) };
        }
        throw Failures.NotVerified($"Node {from.Name} sent a key that is malformed: an id, suite, usage, state or record out of its bounds.");
    }

    public static IReadOnlyList<(PartyId Pid, NodeId Nid)> Dealers(IReadOnlyCollection<V1.Party> shown, RosterNode from)
    {
        if (shown.Count > KeyLimits.MaxParties)
            throw Failures.NotVerified($"Node {from.Name} sent a key with {shown.Count} dealers.");
        return [.. shown.Select(d => d.Nid.Length == NodeId.Size && PartyId.TryCreate(d.Pid, out var pid)
            ? (pid, new NodeId(d.Nid.Span))
            : throw Failures.NotVerified($"Node {from.Name} sent a key with a malformed dealer."))];
    }

    public static SigningKey Verified(VerifiedKey verified, ShownKey shown, Roster roster, DateTimeOffset createdAt) => new()
    {
        Id = shown.KeyId.ToString(),
        Suite = ToPublic(shown.Suite),
        Standing = KeyStanding.Active,
        PublicKey = verified.Record.PublicKey,
        Threshold = verified.Record.Threshold,
        Holders = Holders(verified.Record, roster),
        Generation = verified.Record.Generation,
        Label = shown.Label,
        Use = ToPublic(shown.Usage),
        Owner = shown.Owner.ToString(),
        Order = verified.Order.ToString(),
        CreatedAt = createdAt,
        Record = shown.Record,
        Certificate = shown.Certificate,
        Certified = verified.Record,
    };

    /// <summary>Without public key and address: neither may be used before the key is ACTIVE.</summary>
    public static SigningKey Pending(ShownKey shown, Roster roster, RosterNode from, DateTimeOffset createdAt)
    {
        if (!KeyRecordEncoding.TryDecode(shown.Suite, shown.Record.Span, out var record))
            throw Failures.NotVerified($"Node {from.Name} sent a pending key whose record is malformed.");
        return new()
        {
            Id = shown.KeyId.ToString(),
            Suite = ToPublic(shown.Suite),
            Standing = KeyStanding.Pending,
            PublicKey = default,
            Threshold = record!.Threshold,
            Holders = Holders(record, roster),
            Generation = record.Generation,
            Label = shown.Label,
            Use = ToPublic(shown.Usage),
            Owner = shown.Owner.ToString(),
            Order = "",
            CreatedAt = createdAt,
            Record = shown.Record,
            Certificate = default,
        };
    }

    public static Suite ToCore(KeySuite suite) => suite switch
    {
        KeySuite.EcdsaSecp256k1 => Suite.EcdsaSecp256k1,
        KeySuite.EcdsaP256 => Suite.EcdsaP256,
        KeySuite.Ed25519 => Suite.FrostEd25519,
        KeySuite.SchnorrSecp256k1 => Suite.FrostSecp256k1,
        KeySuite.Taproot => Suite.FrostSecp256k1Taproot,
    };

    public static KeyUsage ToCore(KeyUse use) => use switch
    {
        KeyUse.Transactions => KeyUsage.Transactions,
        KeyUse.TransactionsAndRaw => KeyUsage.TransactionsAndRaw,
    };

    public static KeySuite ToPublic(Suite suite) => suite switch
    {
        Suite.EcdsaSecp256k1 => KeySuite.EcdsaSecp256k1,
        Suite.EcdsaP256 => KeySuite.EcdsaP256,
        Suite.FrostEd25519 => KeySuite.Ed25519,
        Suite.FrostSecp256k1 => KeySuite.SchnorrSecp256k1,
        Suite.FrostSecp256k1Taproot => KeySuite.Taproot,
        Suite.None => throw new ArgumentOutOfRangeException(nameof(suite), "a key has a suite"),
    };

    private static KeyUse ToPublic(KeyUsage usage) => usage switch
    {
        KeyUsage.Transactions => KeyUse.Transactions,
        KeyUsage.TransactionsAndRaw => KeyUse.TransactionsAndRaw,
    };

    private static IReadOnlyList<KeyHolder> Holders(KeyRecord record, Roster roster) =>
        [.. record.Parties.Select(p => new KeyHolder(p.Pid.Value, p.Nid.ToString(), roster.Find(p.Nid)?.Name ?? ""))];
}
