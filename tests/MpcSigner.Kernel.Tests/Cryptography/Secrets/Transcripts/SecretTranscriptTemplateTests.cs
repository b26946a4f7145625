using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Transcripts;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.Transcripts;

public sealed class SecretTranscriptTemplateTests
{
    [Fact]
    public void It_hashes_as_the_public_transcript_does_again_and_again()
    {
        using var template = new SecretTranscriptTemplate(new Tag("x"), 32, 2, 0, 600);
        for (byte round = 1; round < 4; round++)
        {
            template[0].Fill(round);
            template[1].Fill((byte)(round + 100));
            template[3].Fill((byte)(round * 3));
            var expected = new TranscriptHash(new Tag("x")).Bytes(template[0]).Bytes(template[1]).Bytes([]).Bytes(template[3]).ToDigest();
            Assert.Equal(expected, template.ToPublicDigest());
        }
    }

    [Fact]
    public void H64_as_well()
    {
        var tag = new Tag("x", HashFunction.H64);
        using var template = new SecretTranscriptTemplate(tag, 3);
        template[0].Fill(9);
        var digest = new byte[64];
        template.Hash(digest);
        Assert.Equal(64, template.DigestSize);
        Assert.Equal(new TranscriptHash(tag).Bytes([9, 9, 9]).ToDigest64(), digest);
    }

    [Fact]
    public void Rejects_tags_of_scalars_and_digests_of_another_length()
    {
        Assert.Throws<ArgumentException>(() => new SecretTranscriptTemplate(new Tag("x", HashFunction.Hs), 32));
        using var template = new SecretTranscriptTemplate(new Tag("x"), 1);
        Assert.Throws<ArgumentException>(() => template.Hash(new byte[31]));
        Assert.Throws<ArgumentException>(() => template.Hash(new byte[64]));
        Assert.Equal("SecretTranscriptTemplate(<redacted>)", template.ToString());
    }
}
