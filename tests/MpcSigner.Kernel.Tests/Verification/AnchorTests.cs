using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Statements;
using MpcSigner.Verification.Keys;
using MpcSigner.Wire.Requests;
using Xunit;

namespace MpcSigner.Kernel.Tests.Verification;

/// <summary>A key seen for the first time, by a client that has no other word for it than its id: fewer than t nodes show what they like.</summary>
public class AnchorTests
{
    private readonly CertifiedBatch _cluster = new(5);

    /// <summary>A 3-of-4 key, number 1 of 3, as its four nodes made it.</summary>
    private ShownKey Key(string name = "once") => _cluster.Make(CertifiedBatch.Order(_cluster.Ask(3, 4, 3, "hot", "treasury", "cold"), name))[1];

    private KeyVerdict Verify(ShownKey key, IEnumerable<RosterClient>? formerClients = null) => new KeyVerifier(_cluster.Roster, new RequestBodyCodec(), formerClients).Verify(key);

    private void Refuses(KeyFault fault, ShownKey key)
    {
        var verdict = Verify(key);
        Assert.Equal(fault, verdict.Fault);
        Assert.Null(verdict.Key);
        Assert.Contains(key.KeyId.ToString(), verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Accepts_the_key_that_its_creation_made_in_every_generation()
    {
        var key = Key();
        Assert.Equal(KeyFault.Valid, Verify(key).Fault);
        var moved = Verify(_cluster.Reshared(key, 2, [2, 3, 4]));
        Assert.Equal(KeyFault.Valid, moved.Fault);
        Assert.Equal((1u, key.Anchor!.Record.PublicKey.ToArray().Length, 2), (moved.Key!.Record.Generation, moved.Key.Record.PublicKey.Length, (int)moved.Key.Record.Threshold));
        Assert.Equal(key.Anchor.Record.PublicKey.ToArray(), moved.Key.Record.PublicKey.ToArray());
    }

    /// <summary>t − 1 nodes name themselves alone: at generation 0 under the order of the key's own client, and under one that they made up.</summary>
    [Fact]
    public void Rejects_nodes_that_name_themselves_alone_at_generation_0()
    {
        var key = Key();
        var alone = CertifiedBatch.Order(_cluster.Ask(2, 2, 3, "hot", "treasury", "cold"), "alone");
        var false0 = _cluster.Make(alone)[1];
        Refuses(KeyFault.OtherCreation, false0 with { Anchor = key.Anchor }); // its own id does not follow from the client's request
        Refuses(KeyFault.NotAnchored, false0 with { Anchor = null });
        Refuses(KeyFault.UnsignedCreation, false0 with { Anchor = false0.Anchor! with { Creation = false0.Anchor.Creation with { Signature = key.Anchor!.Creation.Signature } } });

        // Under the true id: the request is the client's, the record is theirs.
        Assert.True(KeyRecordEncoding.TryDecode(false0.Suite, false0.Record.Span, out var record));
        var named = record! with { KeyId = key.KeyId };
        var certificate = Certify(named, key, _cluster.Roster.Nodes.Take(2));
        var shown = key with { Record = KeyRecordEncoding.Encode(named), Certificate = certificate };
        Assert.Equal(KeyFault.BadAnchor, Verify(shown with { Anchor = key.Anchor with { Record = named, Certificate = certificate } }).Fault);
        Assert.Equal(KeyFault.OtherPublicKey, Verify(shown).Fault);
    }

    [Fact]
    public void Rejects_nodes_that_name_themselves_alone_at_a_later_generation()
    {
        var key = Key();
        Refuses(KeyFault.OtherPublicKey, _cluster.Reshared(key, 2, [0, 1], another: true));
        Refuses(KeyFault.NotAnchored, _cluster.Reshared(key, 2, [0, 1], another: true) with { Anchor = null });
    }

    [Fact]
    public void Rejects_another_public_key_or_chain_code_than_the_creation_made()
    {
        var key = Key();
        Refuses(KeyFault.OtherPublicKey, _cluster.Reshared(key, 3, [0, 1, 2, 3], another: true));
        Refuses(KeyFault.OtherPublicKey, _cluster.Reshared(key, 3, [0, 1, 2, 3], chainCode: new Digest32(SHA256.HashData("another"u8))));
    }

    [Fact]
    public void Rejects_the_anchor_of_another_key_place_or_request()
    {
        var (key, other) = (Key(), Key("another"));
        Refuses(KeyFault.OtherCreation, key with { Anchor = other.Anchor });
        Refuses(KeyFault.OtherCreation, key with { Anchor = key.Anchor! with { Creation = other.Anchor!.Creation } });
        Refuses(KeyFault.OtherCreation, key with { Anchor = key.Anchor with { Index = 0 } });
        Refuses(KeyFault.OtherCreation, key with { Anchor = key.Anchor with { Index = 3 } });
        Refuses(KeyFault.BadAnchor, key with { Anchor = key.Anchor with { Record = other.Anchor.Record, Certificate = other.Anchor.Certificate } });
        Refuses(KeyFault.BadAnchor, key with { Anchor = key.Anchor with { Certificate = other.Anchor.Certificate } });
        var neighbour = _cluster.Make(CertifiedBatch.Order(_cluster.Ask(3, 4, 3, "hot", "treasury", "cold")))[0];
        Refuses(KeyFault.OtherCreation, key with { Anchor = neighbour.Anchor });
    }

    [Fact]
    public void Rejects_a_certificate_of_generation_0_that_is_not_of_all_its_nodes()
    {
        var key = Key();
        var record = key.Anchor!.Record;
        var later = _cluster.Reshared(key, 3, [0, 1, 2, 3]);
        var all = _cluster.Roster.Nodes.Take(4).ToArray();
        Assert.Equal(KeyFault.Valid, Verify(later with { Anchor = key.Anchor with { Certificate = Certify(record, key, all) } }).Fault);
        Refuses(KeyFault.BadAnchor, later with { Anchor = key.Anchor with { Certificate = Certify(record, key, all.Skip(1)) } });
        Refuses(KeyFault.BadAnchor, later with { Anchor = key.Anchor with { Certificate = Certify(record, key, all.Take(3)) } });
        Refuses(KeyFault.BadAnchor, later with { Anchor = key.Anchor with { Certificate = Certify(record, key, [.. all.Take(3), _cluster.Roster.Nodes[4]]) } });
        Refuses(KeyFault.BadAnchor, later with { Anchor = key.Anchor with { Certificate = Certify(record, key, [.. all, _cluster.Roster.Nodes[4]]) } });
        Refuses(KeyFault.BadAnchor, later with { Anchor = key.Anchor with { Certificate = new byte[100] } });
    }

    [Fact]
    public void Rejects_a_record_of_generation_0_that_is_not_as_ordered()
    {
        var key = Key();
        var later = _cluster.Reshared(key, 3, [0, 1, 2, 3]);
        var lower = _cluster.Make(CertifiedBatch.Order(_cluster.Ask(3, 4, 3, "hot", "treasury", "cold")), threshold: 2)[1];
        Refuses(KeyFault.BadAnchor, later with { Anchor = lower.Anchor });
        Assert.True(KeyRecordEncoding.TryDecode(later.Suite, later.Record.Span, out var notFirst));
        Refuses(KeyFault.BadAnchor, later with { Anchor = key.Anchor! with { Record = notFirst! } });
    }

    /// <summary>Who made the request up decides which nodes make its key: so the client must have signed it, and label, usage and owner are what it says.</summary>
    [Fact]
    public void Rejects_a_creation_that_no_client_of_the_rosters_signed_and_claims_that_it_does_not_make()
    {
        var key = Key();
        var forged = key.Anchor!.Creation.Signature.ToArray();
        forged[5] ^= 1;
        Refuses(KeyFault.UnsignedCreation, key with { Anchor = key.Anchor with { Creation = key.Anchor.Creation with { Signature = forged } } });
        Refuses(KeyFault.OtherLabel, key with { Label = "hot" });
        Refuses(KeyFault.OtherUsage, key with { Usage = KeyUsage.TransactionsAndRaw });
        Refuses(KeyFault.OtherOwner, key with { Owner = new(new Bytes32()) });

        _cluster.Roster = _cluster.Roster with { Clients = [_cluster.Roster.Clients[0] with { MayCreateKeys = false }] };
        Refuses(KeyFault.UnsignedCreation, key);
    }

    /// <summary>One dealing node can hand newcomers any bytes as the signature of a client that has left: whoever asks for the id needs none, and everything else still has to hold.</summary>
    [Fact]
    public void Accepts_a_key_asked_for_by_its_id_whatever_its_creation_is_signed_with()
    {
        var key = _cluster.Reshared(Key(), 2, [2, 3, 4]);
        var garbled = key with { Anchor = key.Anchor! with { Creation = key.Anchor.Creation with { Signature = new byte[64] } } };
        var verifier = new KeyVerifier(_cluster.Roster, new RequestBodyCodec());
        Assert.Equal(KeyFault.UnsignedCreation, verifier.Verify(garbled).Fault);
        var verdict = verifier.Verify(garbled, idIsKnown: true);
        Assert.Equal((KeyFault.Valid, key.KeyId, 1u), (verdict.Fault, verdict.Key!.Record.KeyId, verdict.Key.Record.Generation));
        Assert.Equal(KeyFault.UnsignedCreation, verifier.Verify(garbled).Fault);

        var other = Key("another");
        Assert.Equal(KeyFault.NotAnchored, verifier.Verify(key with { Anchor = null }, idIsKnown: true).Fault);
        Assert.Equal(KeyFault.OtherCreation, verifier.Verify(key with { Anchor = other.Anchor }, idIsKnown: true).Fault);
        Assert.Equal(KeyFault.OtherCreation, verifier.Verify(key with { Anchor = key.Anchor with { Creation = key.Anchor.Creation with { Client = new(new Bytes32()) } } }, idIsKnown: true).Fault);
        Assert.Equal(KeyFault.BadAnchor, verifier.Verify(key with { Anchor = key.Anchor with { Certificate = other.Anchor!.Certificate } }, idIsKnown: true).Fault);
        Assert.Equal(KeyFault.OtherPublicKey, verifier.Verify(_cluster.Reshared(key, 2, [0, 1], another: true), idIsKnown: true).Fault);
        Assert.Equal(KeyFault.OtherLabel, verifier.Verify(garbled with { Label = "hot" }, idIsKnown: true).Fault);
    }

    /// <summary>The chain of rosters knows whom this one does not.</summary>
    [Fact]
    public void Accepts_keys_of_clients_that_have_left_or_changed_their_key_and_of_nodes_that_have()
    {
        var key = _cluster.Reshared(Key(), 2, [2, 3, 4]);
        var before = _cluster.Roster;
        var gone = before.Nodes[0];
        _cluster.Roster = before with
        {
            Nodes = [before.Nodes[1] with { IdentityKey = NewKey(), FormerIdentityKeys = [before.Nodes[1].IdentityKey] }, .. before.Nodes.Skip(2)],
            FormerNodes = [new(gone.Nid, gone.Name, [gone.IdentityKey])],
            Clients = [before.Clients[0] with { SigningKey = NewKey() }],
        };
        Refuses(KeyFault.UnsignedCreation, key);
        Assert.Equal(KeyFault.Valid, Verify(key, before.Clients).Fault);
        _cluster.Roster = _cluster.Roster with { FormerNodes = [] };
        Assert.Equal(KeyFault.BadAnchor, Verify(key, before.Clients).Fault);
    }

    [Fact]
    public void Rejects_a_creation_of_another_cluster()
    {
        var key = Key();
        _cluster.Roster = _cluster.Roster with { Hash = new(SHA256.HashData("another roster"u8)) };
        Refuses(KeyFault.OtherCreation, key);
    }

    private static byte[] NewKey()
    {
        using var key = IdentityKey.Generate(SystemRandomSource.Instance);
        return key.PublicKey.Bytes.ToArray();
    }

    /// <summary>A certificate over a record in the place of <paramref name="of"/>, signed by these nodes under their numbers.</summary>
    private byte[] Certify(KeyRecord record, ShownKey of, IEnumerable<RosterNode> signers)
    {
        Assert.True(CommitCertificate.TryDecode(of.Anchor!.Certificate.Span, out var model));
        var root = KeyRecordTree.RootFromPath(KeyRecordHash.Compute(record), model.Index, model.Count, model.Siblings.ToArray())!.Value;
        var ack = LifecycleDigests.Ack(record.Suite, default, model.OrderHash, model.T2, root);
        var places = _cluster.Roster.Nodes.ToList();
        return (model with
        {
            Acknowledgements = [.. signers.Select(node => new Acknowledgement(new((ushort)(places.IndexOf(node) + 1)), _cluster.IdentityOf(node.Nid).Sign(ack)))],
        }).Encode();
    }
}
