using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Secrets.Sealing;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.Sealing;

public sealed class SealingTests
{
    private static readonly IGroup Group = MpcSigner.Cryptography.Groups.Groups.For(Curve.Edwards25519);
    private static readonly NodeId Nid = new([1, .. new byte[31]]), OtherNid = new([2, .. new byte[31]]);
    private static readonly KeyId KeyId = new([3, .. new byte[31]]), OtherKeyId = new([4, .. new byte[31]]);
    private static readonly SealingContext Context = SealingContext.ForShare(KeyId, Nid, 7);
    private static readonly Argon2idParameters Cheapest = new(Argon2idParameters.MinOperations, Argon2idParameters.MinMemoryBytes);

    [Fact]
    public void A_share_comes_back_as_it_was()
    {
        var random = new SeededRandom(1);
        using var key = SealingKey.Generate(5, random);
        using var share = SecretScalar.Random(Group, random);
        var sealedBytes = key.Seal(Context, share, random);

        Assert.Equal(SecretScalar.Size + SealedBytes.Overhead, sealedBytes.Length);
        Assert.True(SealedBytes.TryReadGeneration(sealedBytes, out var generation));
        Assert.Equal(5u, generation);
        Assert.Equal(OpenResult.Opened, key.TryOpen(Context, sealedBytes, out var memory));
        using (memory)
        {
            Assert.True(SecretScalar.TryDecode(Group, memory!, out var opened));
            using (opened)
                Assert.True(share.FixedTimeEquals(opened));
        }
        Assert.NotEqual(sealedBytes, key.Seal(Context, share, random));
    }

    [Fact]
    public void Rejects_every_single_altered_byte()
    {
        var random = new SeededRandom(2);
        using var key = SealingKey.Generate(0, random);
        using var share = SecretScalar.Random(Group, random);
        var sealedBytes = key.Seal(Context, share, random);
        for (var i = 0; i < sealedBytes.Length; i++)
        {
            var altered = (byte[])sealedBytes.Clone();
            altered[i] ^= 1;
            var expected = i == 0 ? OpenResult.Malformed : i < 5 ? OpenResult.OtherGeneration : OpenResult.NotAuthentic;
            Assert.Equal(expected, key.TryOpen(Context, altered, out var memory));
            Assert.Null(memory);
        }
        Assert.Equal(OpenResult.Malformed, key.TryOpen(Context, sealedBytes.AsSpan(0, SealedBytes.Overhead), out _));
        Assert.Equal(OpenResult.NotAuthentic, key.TryOpen(Context, sealedBytes.AsSpan(0, sealedBytes.Length - 1), out _));
        Assert.Equal(OpenResult.Malformed, key.TryOpen(Context, new byte[SealedBytes.Overhead + SealedBytes.MaxPlaintext + 1], out _));
    }

    [Fact]
    public void Rejects_a_share_that_was_moved_to_another_place()
    {
        var random = new SeededRandom(3);
        using var key = SealingKey.Generate(0, random);
        using var share = SecretScalar.Random(Group, random);
        var sealedBytes = key.Seal(Context, share, random);
        SealingContext[] elsewhere =
        [
            SealingContext.ForShare(OtherKeyId, Nid, 7), SealingContext.ForShare(KeyId, OtherNid, 7),
            SealingContext.ForShare(KeyId, Nid, 8), SealingContext.ForIdentitySeed(Nid),
        ];
        foreach (var context in elsewhere)
            Assert.Equal(OpenResult.NotAuthentic, key.TryOpen(context, sealedBytes, out _));
        using var next = SealingKey.Generate(1, random);
        Assert.Equal(OpenResult.OtherGeneration, next.TryOpen(Context, sealedBytes, out _));
        using var sameNumber = SealingKey.Generate(0, random);
        Assert.Equal(OpenResult.NotAuthentic, sameNumber.TryOpen(Context, sealedBytes, out _));
    }

    [Fact]
    public void A_passphrase_unlocks_its_key_and_the_sealing_key_under_it()
    {
        var random = new SeededRandom(4);
        using var passphrase = Memory("correct horse battery");
        using var created = PassphraseKey.Create(passphrase, Cheapest, random, out var header);
        using var sealing = SealingKey.Generate(2, random);
        using var share = SecretScalar.Random(Group, random);
        var sealedBytes = sealing.Seal(Context, share, random);
        using var recipient = created.DeriveRecipient();
        var wrapped = sealing.Wrap(recipient.PublicKey, Nid, random);

        Assert.Equal(PassphraseKey.HeaderSize, header.Length);
        Assert.Equal(UnlockResult.Unlocked, PassphraseKey.TryUnlock(header, passphrase, out var unlocked));
        using (unlocked)
        using (var again = unlocked!.DeriveRecipient())
        using (var other = MpcSigner.Cryptography.Secrets.KeyAgreement.X25519KeyPair.Generate(random))
        {
            Assert.Equal(OpenResult.Opened, SealingKey.TryUnwrap(wrapped, again, Nid, out var unwrapped));
            using (unwrapped)
            {
                Assert.Equal(2u, unwrapped!.Generation);
                Assert.Equal(OpenResult.Opened, unwrapped.TryOpen(Context, sealedBytes, out var memory));
                memory!.Dispose();
            }
            Assert.Equal(OpenResult.NotAuthentic, SealingKey.TryUnwrap(wrapped, again, OtherNid, out _));
            Assert.Equal(OpenResult.NotAuthentic, SealingKey.TryUnwrap(wrapped, other, Nid, out _));
            Assert.Equal(OpenResult.Malformed, SealingKey.TryUnwrap(wrapped.AsSpan(0, 32), again, Nid, out _));
            Assert.Equal(OpenResult.NotAuthentic, SealingKey.TryUnwrap([.. new byte[32], .. wrapped[32..]], again, Nid, out _)); // a point of small order
            // Bit 255 of an X25519 key does not count (RFC 7748 §5), but it is bound all the same.
            foreach (var (at, bit) in new[] { (0, 1), (31, 0x80), (36, 1), (40, 1), (wrapped.Length - 1, 1) })
            {
                var altered = (byte[])wrapped.Clone();
                altered[at] ^= (byte)bit;
                Assert.Equal(OpenResult.NotAuthentic, SealingKey.TryUnwrap(altered, again, Nid, out _));
            }
        }
    }

    [Fact]
    public void Rejects_a_wrong_passphrase_and_an_altered_salt()
    {
        using var passphrase = Memory("correct horse battery");
        using var wrong = Memory("correct horse batterz");
        PassphraseKey.Create(passphrase, Cheapest, new SeededRandom(5), out var header).Dispose();

        Assert.Equal(UnlockResult.WrongSecret, PassphraseKey.TryUnlock(header, wrong, out var key));
        Assert.Null(key);
        header[13] ^= 1;
        Assert.Equal(UnlockResult.WrongSecret, PassphraseKey.TryUnlock(header, passphrase, out _));
    }

    [Fact]
    public void Rejects_headers_that_are_malformed_or_out_of_bounds()
    {
        using var passphrase = Memory("correct horse battery");
        PassphraseKey.Create(passphrase, Cheapest, new SeededRandom(6), out var header).Dispose();
        Assert.Equal(UnlockResult.Malformed, PassphraseKey.TryUnlock(header.AsSpan(1), passphrase, out _));
        // Version; too few passes; too many; too little memory (below 64 MiB); too much.
        foreach (var (at, value) in new[] { (0, 2), (4, 1), (1, 1), (9, 3), (5, 1) })
        {
            var altered = (byte[])header.Clone();
            altered[at] = (byte)value;
            Assert.Equal(UnlockResult.Malformed, PassphraseKey.TryUnlock(altered, passphrase, out _));
        }
        using var tooShort = Memory("short");
        Assert.Throws<ArgumentException>(() => PassphraseKey.Create(tooShort, Cheapest, new SeededRandom(7), out _));
        Assert.Throws<ArgumentException>(() => PassphraseKey.Create(passphrase, new(1, 8192), new SeededRandom(7), out _));
    }

    [Fact]
    public void A_key_file_gives_its_key_and_tells_damage()
    {
        var random = new SeededRandom(8);
        using var file = KeyFile.Create(random);
        using var another = KeyFile.Create(random);
        Assert.Equal(UnlockResult.Unlocked, KeyFile.TryRead(file, out var first));
        Assert.Equal(UnlockResult.Unlocked, KeyFile.TryRead(file, out var again));
        Assert.Equal(UnlockResult.Unlocked, KeyFile.TryRead(another, out var other));
        using (first) using (again) using (other)
        {
            Assert.True(first!.Matches(again!.Verifier));
            Assert.False(first.Matches(other!.Verifier));
        }
        for (var i = 0; i < KeyFile.Size; i++)
        {
            using var altered = SecureMemory.CopyOf(file.DangerousSpan);
            altered.DangerousSpan[i] ^= 4;
            Assert.Equal(UnlockResult.Malformed, KeyFile.TryRead(altered, out var none));
            Assert.Null(none);
        }
        using var cut = SecureMemory.CopyOf(file.DangerousSpan[1..]);
        Assert.Equal(UnlockResult.Malformed, KeyFile.TryRead(cut, out _));
    }

    private static SecureMemory Memory(string text) => SecureMemory.TakeFrom(System.Text.Encoding.UTF8.GetBytes(text));
}
