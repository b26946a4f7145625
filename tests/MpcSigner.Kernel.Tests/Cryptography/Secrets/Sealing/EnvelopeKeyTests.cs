using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Sealing;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.Sealing;

public sealed class EnvelopeKeyTests
{
    private static readonly byte[] Header = [1, 2, 3], Plaintext = [.. Enumerable.Range(0, 40).Select(i => (byte)i)];

    [Fact]
    public void The_bytes_are_those_of_AES_256_GCM_under_the_sequence_number()
    {
        using var envelope = Key();
        var sealedBytes = Seal(envelope, 0x01020304);
        using var reference = new System.Security.Cryptography.AesGcm(KeyBytes, 16);
        var opened = new byte[Plaintext.Length];

        reference.Decrypt((byte[])[0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4], sealedBytes[..^16], sealedBytes[^16..], opened, Header);

        Assert.Equal(Plaintext, opened);
    }

    [Fact]
    public void Opens_into_locked_memory_and_into_a_span()
    {
        using var envelope = Key();
        var sealedBytes = Seal(envelope, 0);
        var span = new byte[Plaintext.Length];

        Assert.True(envelope.TryOpen(0, sealedBytes, Header, out SecureMemory? memory));
        using (memory)
            Assert.True(memory.DangerousSpan.SequenceEqual(Plaintext));
        Assert.True(envelope.TryOpen(0, sealedBytes, Header, span));
        Assert.Equal(Plaintext, span);
    }

    [Fact]
    public void Rejects_every_single_altered_byte_and_leaves_nothing()
    {
        using var envelope = Key();
        var sealedBytes = Seal(envelope, 5);
        var opened = new byte[Plaintext.Length];
        for (var i = 0; i < sealedBytes.Length; i++)
        {
            var altered = (byte[])sealedBytes.Clone();
            altered[i] ^= 0x10;
            Array.Fill(opened, (byte)0xaa);
            Assert.False(envelope.TryOpen(5, altered, Header, opened));
            Assert.All(opened, b => Assert.Equal(0, b));
        }
        Assert.False(envelope.TryOpen(6, sealedBytes, Header, opened));
        Assert.False(envelope.TryOpen(5, sealedBytes, [1, 2, 4], opened));
        sealedBytes[0] ^= 1;
        Assert.False(envelope.TryOpen(5, sealedBytes, Header, out SecureMemory? none));
        Assert.Null(none);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(16)]
    public void Rejects_what_is_too_short_to_hold_anything(int length)
    {
        using var envelope = Key();
        Assert.False(envelope.TryOpen(0, new byte[length], Header, out SecureMemory? memory));
        Assert.Null(memory);
    }

    [Fact]
    [Trait("row", "M43")]
    public void Rejects_a_sequence_number_that_was_used_or_passed_over()
    {
        using var envelope = Key();
        Seal(envelope, 0);
        Seal(envelope, 7);

        Assert.Throws<InvalidOperationException>(() => Seal(envelope, 7));
        Assert.Throws<InvalidOperationException>(() => Seal(envelope, 3));
        Seal(envelope, uint.MaxValue);
        Assert.Throws<InvalidOperationException>(() => Seal(envelope, uint.MaxValue));
        Assert.Throws<InvalidOperationException>(() => Seal(envelope, 0));
    }

    private static readonly byte[] KeyBytes = [.. Enumerable.Range(100, 32).Select(i => (byte)i)];

    private static EnvelopeKey Key()
    {
        using var key = SecureMemory.CopyOf(KeyBytes);
        return new(key);
    }

    private static byte[] Seal(EnvelopeKey envelope, uint sequence)
    {
        var sealedBytes = new byte[Plaintext.Length + EnvelopeKey.TagSize];
        envelope.Seal(sequence, Plaintext, Header, sealedBytes);
        return sealedBytes;
    }
}
