using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Transcripts;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.Transcripts;

public sealed class SecretTranscriptHashTests
{
    private static readonly IGroup Group = MpcSigner.Cryptography.Groups.Groups.For(Curve.Edwards25519);

    [Fact]
    public void Gives_what_the_public_transcript_gives()
    {
        var random = new SeededRandom(1);
        using var witness = SecretScalar.Random(Group, random);
        using var fresh = SecureMemory.Random(32, random);
        var digest = new Digest32(SHA256.HashData([1]));
        using var transcript = new SecretTranscriptHash(Tags.PokNonce, Group);
        using var nonce = transcript.Secret(fresh).Secret(witness).Digest(digest).Pid(new(5)).U16(6).Point(Group.Generator).Bytes([1, 2]).ToScalar();

        var expected = new TranscriptHash(Tags.PokNonce, Group).Bytes(fresh.DangerousSpan).Scalar(witness.ToPublic())
            .Digest(digest).Pid(new(5)).U16(6).Point(Group.Generator).Bytes([1, 2]).ToScalar();
        Assert.Equal(expected, nonce.ToPublic());
    }

    [Fact]
    public void The_bare_hash_reads_its_digest_either_way()
    {
        using var share = SecretScalar.Random(Group, new SeededRandom(2));
        using var random = SecureMemory.Random(32, new SeededRandom(3));
        var digest = SHA512.HashData([.. "FROST-ED25519-SHA512-v1nonce"u8, .. random.DangerousSpan, .. share.ToPublic().Encode()]);

        using var first = new SecretSha512();
        using var little = first.Append("FROST-ED25519-SHA512-v1nonce"u8).Append(random).Append(share).ToScalarLittleEndian(Group);
        using var second = new SecretSha512();
        using var big = second.Append("FROST-ED25519-SHA512-v1nonce"u8).Append(random).Append(share).ToScalarBigEndian(Group);

        Assert.Equal(Group.ReduceWideLittleEndian(digest), little.ToPublic());
        Assert.Equal(Group.ReduceWideBigEndian(digest), big.ToPublic());
    }

    [Fact]
    public void Rejects_a_second_use_and_a_tag_of_another_function()
    {
        using var hash = new SecretSha512();
        hash.ToScalarBigEndian(Group).Dispose();

        Assert.Throws<ObjectDisposedException>(() => hash.Append([1]));
        Assert.Throws<ArgumentException>(() => new SecretTranscriptHash(Tags.Ack, Group));
    }
}
