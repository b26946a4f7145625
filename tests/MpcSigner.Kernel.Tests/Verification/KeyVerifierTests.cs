using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Verification.Keys;
using MpcSigner.Wire.Requests;
using Xunit;

namespace MpcSigner.Kernel.Tests.Verification;

public class KeyVerifierTests
{
    private readonly CertifiedBatch _cluster = new(4);

    [Theory]
    [InlineData(2, 2, 1)]
    [InlineData(2, 3, 1)]
    [InlineData(3, 4, 5)]
    public void Accepts_every_key_of_an_order(int t, int n, int count)
    {
        var order = CertifiedBatch.Order(_cluster.Ask(t, n, count));
        var verifier = new KeyVerifier(_cluster.Roster, new RequestBodyCodec());
        var keys = _cluster.Make(order);
        Assert.Equal(count, keys.Count);
        for (var k = 0; k < count; k++)
        {
            var verdict = verifier.Verify(keys[k], order, k);
            Assert.True(verdict.IsValid, verdict.ToString());
            Assert.Equal(order.Hash, verdict.Key.Order);
            Assert.Equal(order.KeyIdAt(k), verdict.Key.Record.KeyId);
            Assert.Equal(k, verdict.Key.Index);
            Assert.Equal(KeyFault.Valid, verifier.Verify(keys[k]).Fault);
        }
    }

    /// <summary>The coordinator colludes with itself: a key that all nodes did make, but for another request.</summary>
    [Fact]
    public void Rejects_a_certified_key_of_another_order()
    {
        var asked = _cluster.Ask(2, 3, 1);
        var other = _cluster.Make(CertifiedBatch.Order(asked, "another request"))[0];
        Assert.Equal(KeyFault.Valid, Verify(other).Fault);
        Assert.Equal(KeyFault.OtherOrder, Verify(other, CertifiedBatch.Order(asked)).Fault);
    }

    /// <summary>A coordinator that made a key alone can sign for itself only.</summary>
    [Fact]
    public void Rejects_a_key_that_one_node_certified_for_all()
    {
        using var own = IdentityKey.Generate(SystemRandomSource.Instance);
        var order = CertifiedBatch.Order(_cluster.Ask(2, 3, 1));
        var verdict = Verify(_cluster.Make(order, forger: own)[0], order);
        Assert.Equal(KeyFault.BadCertificate, verdict.Fault);
        Assert.Null(verdict.Key);
    }

    /// <summary>An Ed25519 key dressed as one of another suite: an answer, not an exception.</summary>
    [Theory]
    [InlineData(Suite.EcdsaSecp256k1)]
    [InlineData(Suite.EcdsaP256)]
    [InlineData(Suite.FrostSecp256k1)]
    [InlineData(Suite.FrostSecp256k1Taproot)]
    public void Rejects_a_key_moved_to_another_suite(Suite suite)
    {
        var shown = _cluster.Make(CertifiedBatch.Order(_cluster.Ask(2, 3, 1)))[0];
        Assert.True(KeyRecordEncoding.TryDecode(shown.Suite, shown.Record.Span, out var record));
        var other = record! with
        {
            Suite = suite,
            Parties = [.. record.Parties.Select(party => party with { PublicShare = Sec1(party.PublicShare) })],
            PublicKey = Sec1(record.PublicKey),
        };
        var verdict = Verify(shown with { Suite = suite, Record = KeyRecordEncoding.Encode(other) });
        Assert.Equal(KeyFault.BadCertificate, verdict.Fault);

        static byte[] Sec1(ReadOnlyMemory<byte> point) => [2, .. point.Span];
    }

    [Fact]
    public void Rejects_a_certificate_in_which_one_node_is_missing()
    {
        var asked = _cluster.Ask(2, 3, 1);
        var order = CertifiedBatch.Order(asked);
        Assert.Equal(KeyFault.BadCertificate, Verify(_cluster.Make(order, silent: asked.Parties[2].Nid)[0], order).Fault);
    }

    [Fact]
    public void Rejects_another_threshold_than_asked()
    {
        var order = CertifiedBatch.Order(_cluster.Ask(3, 3, 1));
        Assert.Equal(KeyFault.OtherThreshold, Verify(_cluster.Make(order, threshold: 2)[0], order).Fault);
    }

    [Fact]
    public void Rejects_other_parties_than_asked()
    {
        var asked = _cluster.Ask(2, 3, 1);
        var order = CertifiedBatch.Order(asked);
        var swapped = asked with { Parties = [(new(1), asked.Parties[0].Nid), (new(2), asked.Parties[1].Nid), (new(4), _cluster.Roster.Nodes[3].Nid)] };
        Assert.Equal(KeyFault.OtherParties, Verify(_cluster.Make(CertifiedBatch.Misread(order, swapped))[0], order).Fault);
    }

    [Fact]
    public void Rejects_a_key_of_the_batch_in_another_place()
    {
        var order = CertifiedBatch.Order(_cluster.Ask(2, 3, 3));
        var keys = _cluster.Make(order);
        Assert.Equal(KeyFault.OtherPlace, new KeyVerifier(_cluster.Roster, new RequestBodyCodec()).Verify(keys[1], order, 0).Fault);
    }

    [Fact]
    public void Rejects_a_batch_of_another_size()
    {
        var asked = _cluster.Ask(2, 3, 2);
        var order = CertifiedBatch.Order(asked);
        Assert.Equal(KeyFault.OtherPlace, Verify(_cluster.Make(order)[0], CertifiedBatch.Misread(order, asked with { Count = 3 })).Fault);
    }

    [Fact]
    public void Rejects_claims_that_the_order_contradicts()
    {
        var order = CertifiedBatch.Order(_cluster.Ask(2, 3, 1, "treasury"));
        var key = _cluster.Make(order)[0];
        Assert.Equal(KeyFault.Valid, Verify(key, order).Fault);
        Assert.Equal(KeyFault.OtherLabel, Verify(key with { Label = "mine" }, order).Fault);
        Assert.Equal(KeyFault.OtherUsage, Verify(key with { Usage = KeyUsage.TransactionsAndRaw }, order).Fault);
        Assert.Equal(KeyFault.OtherOwner, Verify(key with { Owner = new(new Bytes32()) }, order).Fault);
    }

    [Fact]
    public void Rejects_a_key_shared_with_a_node_that_is_not_in_the_roster()
    {
        var order = CertifiedBatch.Order(_cluster.Ask(2, 3, 1));
        var key = _cluster.Make(order)[0];
        var smaller = _cluster.Roster with { Nodes = [.. _cluster.Roster.Nodes.Skip(1)] };
        Assert.Equal(KeyFault.ForeignNode, new KeyVerifier(smaller, new RequestBodyCodec()).Verify(key).Fault);
    }

    [Fact]
    public void Rejects_one_key_shown_as_another()
    {
        var order = CertifiedBatch.Order(_cluster.Ask(2, 3, 2));
        var keys = _cluster.Make(order);
        Assert.Equal(KeyFault.OtherKey, Verify(keys[0] with { KeyId = keys[1].KeyId }).Fault);
        Assert.Equal(KeyFault.BadCertificate, Verify(keys[0] with { Certificate = keys[1].Certificate }).Fault);
    }

    [Fact]
    public void Rejects_a_key_without_certificate()
    {
        var order = CertifiedBatch.Order(_cluster.Ask(2, 3, 1));
        Assert.Equal(KeyFault.NotCertified, Verify(_cluster.Make(order)[0] with { Certificate = default }, order).Fault);
    }

    [Fact]
    public void Rejects_every_single_byte_changed_or_cut_off()
    {
        var order = CertifiedBatch.Order(_cluster.Ask(2, 3, 2));
        var verifier = new KeyVerifier(_cluster.Roster, new RequestBodyCodec());
        var key = _cluster.Make(order)[1];
        var tried = 0;
        for (var i = 0; i < key.Record.Length; i++, tried++)
            Assert.False(verifier.Verify(key with { Record = Changed(key.Record, i) }, order, 1).IsValid, $"record byte {i}");
        for (var i = 0; i < key.Certificate.Length; i++, tried++)
            Assert.False(verifier.Verify(key with { Certificate = Changed(key.Certificate, i) }, order, 1).IsValid, $"certificate byte {i}");
        for (var length = 0; length < key.Certificate.Length; length++, tried++)
            Assert.False(verifier.Verify(key with { Certificate = key.Certificate[..length] }, order, 1).IsValid, $"certificate cut to {length}");
        Assert.False(verifier.Verify(key with { Certificate = (byte[])[.. key.Certificate.Span, 0] }, order, 1).IsValid);
        Assert.True(tried > 800, $"{tried} tried");
    }

    private KeyVerdict Verify(ShownKey key) => new KeyVerifier(_cluster.Roster, new RequestBodyCodec()).Verify(key);

    private KeyVerdict Verify(ShownKey key, CreationOrder order) => new KeyVerifier(_cluster.Roster, new RequestBodyCodec()).Verify(key, order, 0);

    private static ReadOnlyMemory<byte> Changed(ReadOnlyMemory<byte> bytes, int at)
    {
        var copy = bytes.ToArray();
        copy[at] ^= 1;
        return copy;
    }
}
