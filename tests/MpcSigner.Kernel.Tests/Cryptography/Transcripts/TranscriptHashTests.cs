using System.Text;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Transcripts;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Transcripts;

public sealed class TranscriptHashTests
{
    private static readonly IGroup Ed25519 = MpcSigner.Cryptography.Groups.Groups.For(Curve.Edwards25519);

    private static readonly Tag X = new("x"), XScalar = new("x", HashFunction.Hs), XWide = new("x", HashFunction.H64);

    [Fact]
    public void H_of_one_field_is_the_known_answer() =>
        Assert.Equal("ed82bfebcb93bbd5b67d30697cf5d4827fafdba045ac15fe93bb8669e396f74b",
            new TranscriptHash(X).Bytes("abc"u8).ToDigest().ToString());

    [Fact]
    [Trait("row", "M18")]
    public void H_of_two_fields_is_the_known_answer() =>
        Assert.Equal("ff35aef31355059a454cc2289a4da0b9d3713cc24997d97fd4aa12ece1cb12cd",
            new TranscriptHash(X).Bytes("ab"u8).Bytes("c"u8).ToDigest().ToString());

    [Fact]
    public void Hs_names_the_curve_and_reads_the_digest_big_endian()
    {
        var preimage = new List<byte>();
        foreach (var field in new[] { "TSS1/x", "edwards25519", "abc" })
            preimage.AddRange([0, 0, 0, (byte)field.Length, .. Encoding.ASCII.GetBytes(field)]);
        var expected = Ed25519.ReduceWideBigEndian(System.Security.Cryptography.SHA512.HashData([.. preimage]));

        Assert.Equal(expected, new TranscriptHash(XScalar, Ed25519).Bytes("abc"u8).ToScalar());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(900)]
    [InlineData(1024)]
    [InlineData(5000)]
    public void Long_transcripts_hash_as_short_ones_do(int length)
    {
        var field = new byte[length];
        Array.Fill(field, (byte)7);
        byte[] Preimage() => [0, 0, 0, 6, .. "TSS1/x"u8, .. Field(field), .. Field(field), .. Field([1, 2])];

        var digest = new TranscriptHash(X).Bytes(field).Bytes(field).U16(0x0102).ToDigest();
        var wide = new TranscriptHash(XWide).Bytes(field).Bytes(field).U16(0x0102).ToDigest64();

        Assert.Equal(System.Security.Cryptography.SHA256.HashData(Preimage()), digest.ToArray());
        Assert.Equal(System.Security.Cryptography.SHA512.HashData(Preimage()), wide);

        static byte[] Field(byte[] bytes) => [0, 0, (byte)(bytes.Length >> 8), (byte)(bytes.Length & 0xff), .. bytes];
    }

    [Fact]
    public void Integers_are_big_endian_fields_of_their_own_width()
    {
        var direct = new TranscriptHash(X).Bytes([1]).Bytes([0, 2]).Bytes([0, 0, 0, 3]).Bytes([0, 0, 0, 0, 0, 0, 0, 4]).Bytes([0, 5, 9, 9]).ToDigest();

        Assert.Equal(direct, new TranscriptHash(X).Version().Count(2).U32(3).U64(4).Joined(5, [9, 9]).ToDigest());
    }

    [Fact]
    public void Rejects_a_tag_of_another_function()
    {
        Assert.Throws<ArgumentException>(() => new TranscriptHash(XScalar));
        Assert.Throws<ArgumentException>(() => new TranscriptHash(X, Ed25519));
        Assert.Throws<InvalidOperationException>(() => new TranscriptHash(X).ToDigest64());
    }

    [Fact]
    public void Rejects_a_second_use()
    {
        var transcript = new TranscriptHash(X);
        transcript.ToDigest();

        Assert.Throws<InvalidOperationException>(() => transcript.ToDigest());
        Assert.Throws<InvalidOperationException>(() => transcript.U8(1));
    }

    [Fact]
    [Trait("row", "E07")]
    public void Rejects_the_identity_as_a_field() =>
        Assert.Throws<InvalidOperationException>(() => new TranscriptHash(X).Point(Ed25519.Identity));

    [Fact]
    public void Rejects_a_list_too_long_for_its_count() =>
        Assert.Throws<OverflowException>(() => new TranscriptHash(X).Count(65_536));

    [Fact]
    [Trait("row", "M18")]
    public void No_two_tags_share_a_name()
    {
        var tags = typeof(Tags).GetFields().Where(field => field.FieldType == typeof(Tag)).Select(field => (Tag)field.GetValue(null)!).ToArray();

        Assert.True(tags.Length >= 30);
        Assert.Equal(tags.Length, tags.Select(tag => tag.Name).Distinct().Count());
        Assert.Equal(tags.Length, tags.Distinct().Count());
    }
}
