using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Kernel.Tests.Protocols.Support;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Frost;

/// <summary>Signatures by every set of t parties verify under P, or under the derived key of the path.</summary>
public sealed class FrostHappyTests
{
    [Theory]
    [InlineData(2, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 5)]
    [InlineData(5, 9)]
    [InlineData(16, 16)]
    public void A_generated_key_signs_at_any_path(int t, int n)
    {
        using var committee = Committee.OfSize(n);
        using var dkg = new DkgRun(committee, committee.Input(t));
        var record = dkg.Results[committee.Pids[0]].Records[0];
        var shares = dkg.Results.ToDictionary(pair => pair.Key, pair => pair.Value.Shares[0]);
        foreach (var (path, offset) in new (uint[], int)[] { ([], 0), ([0], n - t), ([44, 501, 2147483647], 0) })
        {
            var run = new FrostRun
            {
                Committee = committee, Record = record, Shares = shares, Path = path, Run = $"sign/{path.Length}",
                Signers = [.. committee.Pids.Skip(offset).Take(t)],
            }.Go();
            Assert.Null(run.Fault);
            Assert.NotNull(run.Signature);
            Assert.True(Ed25519Signature.Verify(run.Signature.PublicKey.Span, run.Message, run.Signature.Signature.Span));
            Assert.Equal(path.Length == 0, run.Signature.PublicKey.Span.SequenceEqual(record.PublicKey.Span));
        }
        foreach (var share in shares.Values)
            share.Dispose();
    }
}
