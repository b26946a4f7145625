using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Broadcast;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Broadcast;

public sealed class SignedStatementTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(5000)]
    public void The_payload_digest_is_H_of_the_specification(int length)
    {
        var payload = Enumerable.Range(0, length).Select(i => (byte)(i % 251)).ToArray();
        Assert.Equal(new TranscriptHash(Tags.BroadcastPayload).Bytes(payload).ToDigest(), SignedStatement.PayloadDigest(payload));
    }

    [Fact]
    public void Every_field_is_signed_and_an_absent_T1_is_not_a_zero_one()
    {
        using var committee = Committee.OfSize(2);
        var (pid, other) = (committee.Pids[0], committee.Pids[1]);
        var key = committee.Identity(pid);
        var signature = new byte[64];
        var context = committee.Input(2).Context;
        SignedStatement.Sign(key, context, 2, pid, 0, context, [1, 2, 3], signature);
        var statement = new SignedStatement(context, 2, pid, 0, context, new byte[] { 1, 2, 3 }, signature);
        Assert.True(statement.Verify(key.PublicKey));
        Assert.False(statement.Verify(committee.Identity(other).PublicKey));
        SignedStatement[] changed =
        [
            statement with { Context = default }, statement with { Round = 3 }, statement with { From = other }, statement with { To = 1 },
            statement with { T1 = default(Digest32) }, statement with { T1 = null }, statement with { Payload = new byte[] { 1, 2 } },
            statement with { Signature = new byte[64] }, statement with { Signature = signature[..63] },
        ];
        Assert.All(changed, s => Assert.False(s.Verify(key.PublicKey)));
        SignedStatement.Sign(key, context, 1, pid, 0, null, [1], signature);
        Assert.False(new SignedStatement(context, 1, pid, 0, default(Digest32), new byte[] { 1 }, signature).Verify(key.PublicKey));
    }

    [Fact]
    public void Rejects_any_other_encoding()
    {
        using var committee = Committee.OfSize(2);
        foreach (var t1 in new Digest32?[] { null, new Digest32(new byte[32]) })
        {
            var statement = new SignedStatement(default, 2, committee.Pids[1], 7, t1, new byte[] { 1, 2, 3 }, new byte[64]);
            var bytes = statement.Encode();
            Assert.True(SignedStatement.TryDecode(bytes, out var again));
            Assert.Equal(statement, again);
            for (var length = 0; length < bytes.Length; length++)
                Assert.False(SignedStatement.TryDecode(bytes.AsSpan(0, length), out _));
            Assert.False(SignedStatement.TryDecode([.. bytes, 0], out _));
        }
    }
}
