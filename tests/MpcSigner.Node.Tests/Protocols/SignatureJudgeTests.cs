using System.Security.Cryptography;
using System.Text.Json;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Kernel.Tests.Cryptography.Groups;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Frost;
using Xunit;

namespace MpcSigner.Node.Tests.Protocols;

/// <summary>Signatures of whole protocol runs before verifiers that are not ours: @noble/curves, Node.js' OpenSSL, and the system's OpenSSL through .NET.</summary>
public sealed class SignatureJudgeTests
{
    private const int Signatures = 224;

    private sealed record Judged(string Scheme, string Key, string Message, string Signature);

    [Theory]
    [InlineData(Suite.EcdsaSecp256k1, "ecdsa-secp256k1")]
    [InlineData(Suite.EcdsaP256, "ecdsa-p256")]
    [Trait("row", "M33"), Trait("row", "M32")]
    public async Task ECDSA_verifies_and_recovers_everywhere(Suite suite, string scheme)
    {
        using var run = new EcdsaRun(suite, 2, 3, $"judged {scheme}");
        List<Judged> judged = [];
        var ids = new HashSet<byte>();
        while (judged.Count < Signatures)
        {
            using var presigned = run.Presign(PresignInput.MaxCount);
            for (var k = 0; k < PresignInput.MaxCount; k++)
            {
                var message = BitConverter.GetBytes(judged.Count);
                uint[] path = k % 2 == 0 ? [] : [44, 60, (uint)k];
                var request = run.Request(presigned, k, $"{judged.Count}", SHA256.HashData(message), path, message);
                var (key, signature) = run.Sign(presigned, k, request).Signed;
                using var openSsl = OpenSsl(key);
                Assert.True(openSsl.VerifyData(message, signature.EncodeCompact(), HashAlgorithmName.SHA256));
                ids.Add(signature.RecoveryId);
                judged.Add(new(scheme, Convert.ToHexStringLower(key.Encoded), Convert.ToHexStringLower(message), Convert.ToHexStringLower(signature.Encode())));
            }
        }
        Assert.True(ids.IsSupersetOf([0, 1]));
        await AssertJudgedAsync(judged);
    }

    [Fact]
    [Trait("row", "R14"), Trait("row", "R13")]
    public async Task Taproot_verifies_everywhere()
    {
        List<Judged> judged = [];
        for (var key = 0; judged.Count < Signatures; key++)
        {
            using var signing = new SigningKey(2, 3, $"judged taproot {key}", Suite.FrostSecp256k1Taproot);
            foreach (var mode in new[] { FrostMode.None, FrostMode.KeyPath })
                for (var i = 0; i < Signatures / 16; i++)
                {
                    var message = BitConverter.GetBytes(judged.Count);
                    var run = signing.Run(name: $"{mode}/{i}", message: SHA256.HashData(message), mode: mode, path: i % 2 == 0 ? [] : [86, (uint)i]);
                    judged.Add(new("bip340", Convert.ToHexStringLower(run.Signature!.PublicKey.Span), Convert.ToHexStringLower(message), Convert.ToHexStringLower(run.Signature.Signature.Span)));
                }
        }
        await AssertJudgedAsync(judged);
    }

    /// <summary>All hold; spoilt in one bit of message, signature or recovery id, or with the next one's key, none does.</summary>
    private static async Task AssertJudgedAsync(List<Judged> judged)
    {
        Assert.True(judged.Count >= 200);
        var spoilt = judged.Select((one, i) => (i % 3) switch
        {
            0 => one with { Message = Flip(one.Message, 0) },
            1 => one with { Signature = Flip(one.Signature, one.Signature.Length / 2 - 1) },
            _ => one with { Signature = Flip(one.Signature, i % 64) },
        });
        var verdict = await Judges.NodeReadingAsync("ecdsa/verify-signatures.mjs", JsonSerializer.Serialize(judged.Concat(spoilt), JsonSerializerOptions.Web));
        Assert.Equal(judged.Count, verdict.GetProperty("verified").GetInt32());
        Assert.Equal(Enumerable.Range(judged.Count, judged.Count), verdict.GetProperty("refused").EnumerateArray().Select(index => index.GetInt32()));
    }

    private static string Flip(string hex, int at)
    {
        var bytes = Convert.FromHexString(hex);
        bytes[at] ^= 1;
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>The system's OpenSSL, which wants both coordinates of a key.</summary>
    private static ECDsa OpenSsl(GroupPoint key)
    {
        var (oracle, curve) = key.Group.Curve == Curve.P256
            ? (WeierstrassOracle.P256, ECCurve.NamedCurves.nistP256)
            : (WeierstrassOracle.Secp256k1, ECCurve.CreateFromFriendlyName("secp256k1"));
        var x = key.Encoded[1..].ToArray();
        return ECDsa.Create(new ECParameters { Curve = curve, Q = new() { X = x, Y = oracle.Ordinate(x, key.Encoded[0] == 3) } });
    }
}
