using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Frost;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Frost;

/// <summary>Signatures by every set of t parties verify under P, or under the derived key of the path.</summary>
public sealed class FrostHappyTests
{
    [Theory]
    [InlineData(Suite.FrostEd25519, 2, 2)]
    [InlineData(Suite.FrostEd25519, 2, 3)]
    [InlineData(Suite.FrostEd25519, 3, 5)]
    [InlineData(Suite.FrostEd25519, 5, 9)]
    [InlineData(Suite.FrostEd25519, 16, 16)]
    [InlineData(Suite.FrostSecp256k1, 2, 2)]
    [InlineData(Suite.FrostSecp256k1, 2, 3)]
    [InlineData(Suite.FrostSecp256k1, 3, 5)]
    [InlineData(Suite.FrostSecp256k1, 5, 9)]
    [InlineData(Suite.FrostSecp256k1Taproot, 2, 2)]
    [InlineData(Suite.FrostSecp256k1Taproot, 2, 3)]
    [InlineData(Suite.FrostSecp256k1Taproot, 3, 5)]
    [InlineData(Suite.FrostSecp256k1Taproot, 5, 9)]
    [InlineData(Suite.FrostSecp256k1Taproot, 16, 16)]
    [Trait("row", "R14"), Trait("row", "M25")]
    public void A_generated_key_signs_at_any_path(Suite suite, int t, int n)
    {
        using var committee = Committee.OfSize(n);
        using var dkg = new DkgRun(committee, committee.Input(t, suite: suite));
        var record = dkg.Results[committee.Pids[0]].Records[0];
        var shares = dkg.Results.ToDictionary(pair => pair.Key, pair => pair.Value.Shares[0]);
        foreach (var (path, offset) in new (uint[], int)[] { ([], 0), ([0], n - t), ([44, 501, 2147483647], 0) })
        {
            var run = new FrostRun
            {
                Committee = committee, Record = record, Shares = shares, Path = path, Run = $"sign/{path.Length}", Message = SigningKey.MessageOf(suite),
                Signers = [.. committee.Pids.Skip(offset).Take(t)],
            }.Go();
            Assert.Null(run.Fault);
            Assert.NotNull(run.Signature);
            Assert.True(Verifies(suite, run.Signature.PublicKey.Span, run.Message, run.Signature.Signature.Span));
            // Taproot's keys have even y, whatever the record's.
            var ignored = suite == Suite.FrostSecp256k1Taproot ? 1 : 0;
            Assert.Equal(path.Length == 0, run.Signature.PublicKey.Span[ignored..].SequenceEqual(record.PublicKey.Span[ignored..]));
        }
        foreach (var share in shares.Values)
            share.Dispose();
    }

    /// <summary>By libsodium and libsecp256k1; suite (b) has no verifier but the equation.</summary>
    private static bool Verifies(Suite suite, ReadOnlySpan<byte> key, byte[] message, ReadOnlySpan<byte> signature) => suite switch
    {
        Suite.FrostEd25519 => Ed25519Signature.Verify(key, message, signature),
        Suite.FrostSecp256k1Taproot => Bip340Signature.Verify(key[1..], message, signature),
        _ => Groups.For(suite.Curve()).TryDecodePoint(key, out var point) && FrostSecp256k1.Instance.Verify(point, message, signature),
    };
}
