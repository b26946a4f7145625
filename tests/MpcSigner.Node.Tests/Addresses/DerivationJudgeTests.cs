using System.Security.Cryptography;
using System.Text.Json;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Verification.Keys;
using Xunit;

namespace MpcSigner.Node.Tests.Addresses;

/// <summary>Wallets that are not ours derive the same keys and addresses from our xpub, and from our Ed25519 key with its chain code.</summary>
public sealed class DerivationJudgeTests
{
    private const int Keys = 4, PathsPerKey = 50;

    /// <summary>Drawn from a fixed seed, so that a failure can be looked at again.</summary>
    private readonly Random _random = new(20_260_101);

    private sealed record Case(KeyRecord Record, uint[][] Paths);

    [Fact]
    public async Task Ethers_bitcoinjs_and_a_Cardano_library_derive_the_same_keys_and_addresses()
    {
        Case[] ecdsa = [.. Cases(Suite.EcdsaSecp256k1)], ed25519 = [.. Cases(Suite.FrostEd25519)];
        var verdict = await Judges.NodeReadingAsync("derivation/derive.mjs", JsonSerializer.Serialize(new
        {
            secp256k1 = ecdsa.Select(c => new { xpub = KeyAddresses.Xpub(c.Record), paths = c.Paths }),
            ed25519 = ed25519.Select(c => new { publicKey = Convert.ToHexStringLower(c.Record.PublicKey.Span), chainCode = c.Record.ChainCode.ToString(), paths = c.Paths }),
        }));
        var counted = 0;
        foreach (var (c, answers) in ecdsa.Zip(verdict.GetProperty("secp256k1").EnumerateArray()))
        {
            foreach (var (path, answer) in c.Paths.Zip(answers.EnumerateArray()))
            {
                var key = Derive(c.Record, path, TaprootOutput.None);
                // The same point as a Taproot key's: its output is another key.
                var taproot = Derive(c.Record with { Suite = Suite.FrostSecp256k1Taproot }, path, TaprootOutput.KeyPath);
                Assert.Equal(answer.GetProperty("publicKey").GetString(), Convert.ToHexStringLower(key.PublicKey.Encoded));
                Assert.Equal(answer.GetProperty("ethereum").GetString(), KeyAddresses.Ethereum(key));
                Assert.Equal(answer.GetProperty("p2wpkh").GetString(), KeyAddresses.BitcoinKeyHash(key));
                Assert.Equal(answer.GetProperty("p2tr").GetString(), KeyAddresses.BitcoinTaproot(taproot));
                Assert.Equal(answer.GetProperty("outputKey").GetString(), Convert.ToHexStringLower(taproot.XOnly));
                counted++;
            }
        }
        Assert.Equal(Keys * PathsPerKey, counted);
        foreach (var (c, answers) in ed25519.Zip(verdict.GetProperty("ed25519").EnumerateArray()))
        {
            foreach (var (path, answer) in c.Paths.Zip(answers.EnumerateArray()))
            {
                var key = Derive(c.Record, path, TaprootOutput.None);
                Assert.Equal(answer.GetProperty("publicKey").GetString(), Convert.ToHexStringLower(key.PublicKey.Encoded));
                Assert.Equal(answer.GetProperty("chainCode").GetString(), key.Derived.ChainCode.ToString());
                counted++;
            }
        }
        Assert.Equal(2 * Keys * PathsPerKey, counted);
    }

    private static VerificationKey Derive(KeyRecord record, uint[] path, TaprootOutput taproot)
    {
        Assert.Equal(DerivationFault.None, VerificationKey.TryCreate(record, path, taproot, out var key));
        return key!;
    }

    private IEnumerable<Case> Cases(Suite suite)
    {
        var group = Groups.For(suite.Curve());
        for (var i = 0; i < Keys; i++)
        {
            var wide = new byte[IGroup.WideSize];
            _random.NextBytes(wide);
            var record = new KeyRecord(suite, default, 0, 2, [], group.MultiplyBasePublic(group.ReduceWideBigEndian(wide)).Encode(), new(SHA256.HashData(wide)));
            yield return new(record, [.. Enumerable.Range(0, PathsPerKey).Select(_ => Path())]);
        }
    }

    /// <summary>0 to 10 indices: small ones, the largest, and any.</summary>
    private uint[] Path() => [.. Enumerable.Range(0, _random.Next(RequestAction.Sign.MaxPathLength + 1)).Select(_ => _random.Next(3) switch
    {
        0 => (uint)_random.Next(4),
        1 => SoftDerivation.Hardened - 1,
        _ => (uint)_random.Next(),
    })];
}
