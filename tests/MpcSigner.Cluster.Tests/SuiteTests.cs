using System.Text.Json;
using MpcSigner.Chains.Solana;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Tests;
using Xunit;

namespace MpcSigner.Cluster.Tests;

/// <summary>Keys of every suite between real processes, at paths and under Taproot outputs, judged by software that is not ours.</summary>
[Collection(SharedCluster.Name)]
public class SuiteTests(ClusterFixture fixture)
{
    private static readonly byte[] Digest = [.. Enumerable.Repeat((byte)0x44, 32)];
    private static readonly byte[] Root = [.. Enumerable.Repeat((byte)0x4d, 32)];

    private static CreateKeysRequest Of(KeySuite suite, KeyUse use = KeyUse.TransactionsAndRaw) => new() { Threshold = 2, Nodes = 3, Suite = suite, Use = use };

    [Theory]
    [InlineData(KeySuite.EcdsaSecp256k1, AddressForm.Ethereum)]
    [InlineData(KeySuite.EcdsaP256, null)]
    [InlineData(KeySuite.Ed25519, AddressForm.Solana)]
    [InlineData(KeySuite.SchnorrSecp256k1, null)]
    [InlineData(KeySuite.Taproot, AddressForm.BitcoinTaproot)]
    public async Task A_key_of_each_suite_is_made_certified_and_found_again(KeySuite suite, AddressForm? form)
    {
        await using var client = fixture.Cluster.NewClient();
        var key = Assert.Single(await client.CreateKeysAsync(Of(suite)));
        Assert.Equal((suite, KeyStanding.Active), (key.Suite, key.Standing));
        foreach (var other in Enum.GetValues<AddressForm>())
        {
            var has = other == form || (suite == KeySuite.EcdsaSecp256k1 && other == AddressForm.BitcoinKeyHash);
            Assert.Equal(has, key.AddressOn(other) is not null);
        }
        await using var stranger = fixture.Cluster.NewClient();
        var found = await stranger.GetKeyAsync(key.Id);
        Assert.Equal(key.PublicKey.ToArray(), found.PublicKey.ToArray());
        Assert.Equal(key.ExtendedPublicKey, found.ExtendedPublicKey);
    }

    [Fact]
    public async Task Taproot_signatures_hold_under_the_outputs_that_bitcoinjs_derives()
    {
        await using var client = fixture.Cluster.NewClient();
        var key = Assert.Single(await client.CreateKeysAsync(Of(KeySuite.Taproot)));
        var cases = new List<Dictionary<string, string>>();
        foreach (var path in new[] { "m", "0/1", "86" })
        {
            var at = key.Derive(path);
            foreach (var (spend, root) in new[] { (null, ""), (TaprootSpend.KeyPath, ""), (TaprootSpend.KeyPathWithScripts(Root), Convert.ToHexStringLower(Root)) })
            {
                var result = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(Digest), Path = path, Taproot = spend });
                cases.Add(new()
                {
                    ["outputKey"] = Convert.ToHexStringLower(result.PublicKey.Span), ["digest"] = Convert.ToHexStringLower(Digest), ["signature"] = Convert.ToHexStringLower(result.Signature.Span),
                    ["internalKey"] = Convert.ToHexStringLower(at.PublicKey.Span[1..]), ["merkleRoot"] = root,
                });
                if (root.Length == 0)
                    cases[^1]["address"] = at.AddressOn(AddressForm.BitcoinTaproot)!;
            }
            var untweaked = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(Digest), Path = path, Taproot = TaprootSpend.Untweaked });
            Assert.Equal(at.PublicKey.ToArray()[1..], untweaked.PublicKey.ToArray());
            cases.Add(new()
            {
                ["outputKey"] = Convert.ToHexStringLower(untweaked.PublicKey.Span), ["digest"] = Convert.ToHexStringLower(Digest), ["signature"] = Convert.ToHexStringLower(untweaked.Signature.Span),
            });
        }
        // Spoilt: a signature under another output, and an output of another internal key.
        var (good, swapped, foreign) = (cases.Count, new Dictionary<string, string>(cases[0]), new Dictionary<string, string>(cases[0]));
        swapped["signature"] = cases[2]["signature"];
        foreign["internalKey"] = cases[5]["internalKey"];
        var verdict = await Judges.NodeReadingAsync("taproot/verify-signatures.mjs", JsonSerializer.Serialize(cases.Append(swapped).Append(foreign)));
        Assert.Equal(good + 2, verdict.GetProperty("checked").GetInt32());
        Assert.Equal([good], verdict.GetProperty("invalid").EnumerateArray().Select(i => i.GetInt32()));
        Assert.Equal([good + 1], verdict.GetProperty("misaddressed").EnumerateArray().Select(i => i.GetInt32()));
    }

    [Fact]
    public async Task A_Schnorr_key_on_secp256k1_signs_messages_at_paths()
    {
        await using var client = fixture.Cluster.NewClient();
        var key = Assert.Single(await client.CreateKeysAsync(Of(KeySuite.SchnorrSecp256k1)));
        byte[] message = [1, 2, 3];
        foreach (var path in new[] { "m", "5/6" })
        {
            var result = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(message), Path = path });
            Assert.Equal(key.Derive(path).PublicKey.ToArray(), result.PublicKey.ToArray());
            Assert.True(Groups.For(Curve.Secp256k1).TryDecodePoint(result.PublicKey.Span, out var point));
            Assert.True(SchnorrSecp256k1Signature.Verify(point, message, result.Signature.Span));
        }
    }

    [Theory]
    [InlineData(KeySuite.EcdsaSecp256k1, "ecdsa-secp256k1")]
    [InlineData(KeySuite.EcdsaP256, "ecdsa-p256")]
    public async Task ECDSA_signatures_hold_under_the_key_at_the_path_only(KeySuite suite, string scheme)
    {
        await using var client = fixture.Cluster.NewClient();
        var key = Assert.Single(await client.CreateKeysAsync(Of(suite)));
        byte[] message = [1, 2, 3];
        var digest = System.Security.Cryptography.SHA256.HashData(message);
        string[] paths = ["m", "7", "0/1"];
        var signatures = new Dictionary<string, string>();
        foreach (var path in paths)
        {
            var result = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(digest), Path = path });
            Assert.Equal(key.Derive(path).PublicKey.ToArray(), result.PublicKey.ToArray());
            signatures.Add(path, Convert.ToHexStringLower(result.Signature.Span));
        }
        // Every signature under every path's key: three hold, and six do not.
        var cases = (from signed in paths from shown in paths select (signed, shown)).ToArray();
        var verdict = await Judges.NodeReadingAsync("ecdsa/verify-signatures.mjs", JsonSerializer.Serialize(cases.Select(c => new
        {
            scheme, key = Convert.ToHexStringLower(key.Derive(c.shown).PublicKey.Span), message = Convert.ToHexStringLower(message), signature = signatures[c.signed],
        })));
        Assert.Equal(
            Enumerable.Range(0, cases.Length).Where(i => cases[i].signed != cases[i].shown), verdict.GetProperty("refused").EnumerateArray().Select(i => i.GetInt32()));

        foreach (var wrong in new[] { new byte[32], new byte[31], new byte[33] })
        {
            var refused = await Assert.ThrowsAsync<MpcSignerException>(() => client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(wrong) }));
            Assert.Equal("PAYLOAD_MALFORMED", refused.Reason);
        }
        var plain = Assert.Single(await client.CreateKeysAsync(Of(suite, KeyUse.Transactions)));
        var denied = await Assert.ThrowsAsync<MpcSignerException>(() => client.SignAsync(new() { KeyId = plain.Id, Payload = SigningPayload.Raw(digest) }));
        Assert.Equal("PAYLOAD_KIND_NOT_ALLOWED", denied.Reason);
    }

    [Fact]
    public async Task A_Solana_account_at_a_path_pays()
    {
        await using var client = fixture.Cluster.NewClient();
        var key = await Keys.SolanaAsync(fixture.Cluster);
        var account = key.Derive("44/501/0");
        var message = SolanaTransferMessage.Build(new(account.PublicKey.Span), new(key.PublicKey.Span), 4_200, new(Digest));
        var result = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.SolanaTransaction(message), Path = account.Path });
        var judged = await Judges.NodeReadingAsync("solana/verify-transaction.mjs", $$"""{"transaction":"{{Convert.ToBase64String(result.SignedTransaction.Span)}}"}""");
        Assert.True(judged.GetProperty("valid").GetBoolean(), judged.ToString());
        Assert.Equal(account.AddressOn(AddressForm.Solana), judged.GetProperty("feePayer").GetString());
        var transfer = Assert.Single(judged.GetProperty("transfers").EnumerateArray());
        Assert.Equal((account.AddressOn(AddressForm.Solana), key.SolanaAddress), (transfer.GetProperty("from").GetString(), transfer.GetProperty("to").GetString()));

        var other = await Assert.ThrowsAsync<MpcSignerException>(() => client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.SolanaTransaction(message) }));
        Assert.Equal("PAYLOAD_MALFORMED", other.Reason);
        var hardened = await Assert.ThrowsAsync<MpcSignerException>(() => client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.SolanaTransaction(message), Path = "44'/501'" }));
        Assert.Equal("BAD_DERIVATION_PATH", hardened.Reason);
    }
}
