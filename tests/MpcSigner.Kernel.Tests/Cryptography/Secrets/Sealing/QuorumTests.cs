using System.Text;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Sealing;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.Sealing;

public sealed class QuorumTests
{
    private static readonly IGroup Group = MpcSigner.Cryptography.Groups.Groups.For(Curve.Secp256k1);
    private static readonly NodeId Nid = new([1, .. new byte[31]]), OtherNid = new([2, .. new byte[31]]);

    private static string TextOf(QuorumShare share)
    {
        using var text = share.ToText();
        using var bytes = text.Borrow();
        return Encoding.ASCII.GetString(bytes.Span);
    }

    private static QuorumShare? Read(string text)
    {
        using var line = SecureMemory.CopyOf(Encoding.UTF8.GetBytes(text));
        return QuorumShare.TryRead(line, out var share) ? share : null;
    }

    private static PublicScalar ScalarOf(QuorumShare share)
    {
        using var bytes = share.Scalar.Borrow();
        Assert.True(Group.TryDecodeScalar(bytes.Span, out var scalar));
        return scalar;
    }

    private static byte[] BytesOf(SecureMemory memory)
    {
        using var bytes = memory.Borrow();
        return bytes.Span.ToArray();
    }

    private static QuorumVerdict Give(QuorumGathering gathering, QuorumShare share)
    {
        var verdict = gathering.Give(share);
        if (verdict != QuorumVerdict.Taken)
            share.Dispose();
        return verdict;
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 5)]
    [InlineData(16, 16)]
    public void Any_k_shares_give_the_secret_by_way_of_their_text(int threshold, int operators)
    {
        using var dealing = QuorumDealing.Deal(threshold, operators, new SeededRandom(operators));
        using var secret = dealing.CopySecret();
        foreach (var first in Enumerable.Range(1, operators))
        {
            using var gathering = new QuorumGathering(dealing.Header, Nid);
            // Backwards around the circle, so that the order of giving is not that of numbers.
            foreach (var number in Enumerable.Range(0, threshold).Select(i => (first + operators - i - 1) % operators + 1))
            {
                Assert.False(gathering.TryCombine(out _));
                using var share = dealing.ShareOf(number, Nid);
                Assert.Equal(QuorumVerdict.Taken, gathering.Give(Read(TextOf(share))!));
            }
            Assert.True(gathering.IsComplete);
            Assert.True(gathering.TryCombine(out var combined));
            using (combined)
            {
                Assert.Equal(BytesOf(secret), BytesOf(combined));
                using var dealt = KeyEncryptionKey.FromQuorum(secret);
                using var opened = KeyEncryptionKey.FromQuorum(combined);
                Assert.True(opened.Matches(dealt.Verifier));
            }
        }
    }

    /// <summary>With every secret there is one polynomial through k − 1 shares: they favour none.</summary>
    [Fact]
    public void Fewer_than_k_shares_fit_every_secret()
    {
        using var dealing = QuorumDealing.Deal(3, 5, new SeededRandom(1));
        using var one = dealing.ShareOf(2, Nid);
        using var two = dealing.ShareOf(5, Nid);
        using var third = dealing.ShareOf(4, Nid);
        foreach (var candidate in (PublicScalar[])[Group.One, Group.FromUInt64(2), Group.FromUInt64(ulong.MaxValue), Group.NegatePublic(Group.One)])
        {
            // f(4) such that f(0) is the candidate: candidate = λ2·f(2) + λ5·f(5) + λ4·f(4).
            var lambda = PublicSharing.LagrangeCoefficients(Group, [new(2), new(5), new(4)]);
            var known = Group.AddPublic(Group.MultiplyPublic(lambda[0], ScalarOf(one)), Group.MultiplyPublic(lambda[1], ScalarOf(two)));
            var fitting = Group.MultiplyPublic(Group.SubtractPublic(candidate, known), Group.InvertPublic(lambda[2]));
            var sum = Group.AddPublic(known, Group.MultiplyPublic(lambda[2], fitting));
            Assert.Equal(candidate, sum);
            // And only the dealing's own is the one that the commitments let pass.
            Assert.NotEqual(ScalarOf(third), fitting);
        }
    }

    [Fact]
    public void The_header_shows_neither_secret_nor_shares()
    {
        using var dealing = QuorumDealing.Deal(2, 3, new SeededRandom(3));
        var header = dealing.Header.Encode();
        Assert.Equal(3 + 2 * 33, header.Length);
        using var secret = dealing.CopySecret();
        Assert.Equal(-1, header.AsSpan().IndexOf(BytesOf(secret)));
        for (var number = 1; number <= 3; number++)
        {
            using var share = dealing.ShareOf(number, Nid);
            Assert.Equal(-1, header.AsSpan().IndexOf(ScalarOf(share).Encode()));
            Assert.DoesNotContain(TextOf(share)[20..60], share.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Rejects_another_nodes_share_another_quorums_and_a_second_of_one_operator()
    {
        using var dealing = QuorumDealing.Deal(2, 3, new SeededRandom(4));
        using var later = QuorumDealing.Deal(2, 3, new SeededRandom(5));
        using var gathering = new QuorumGathering(dealing.Header, Nid);
        Assert.Equal(QuorumVerdict.OtherNode, Give(gathering, dealing.ShareOf(1, OtherNid)));
        Assert.Equal(QuorumVerdict.OtherQuorum, Give(gathering, later.ShareOf(1, Nid)));
        Assert.Equal(0, gathering.Count);
        Assert.Equal(QuorumVerdict.Taken, Give(gathering, dealing.ShareOf(3, Nid)));
        Assert.Equal(QuorumVerdict.Duplicate, Give(gathering, dealing.ShareOf(3, Nid)));
        Assert.Equal([3], gathering.Numbers);
        Assert.False(gathering.TryCombine(out _));
    }

    [Fact]
    public void Rejects_a_wrong_share_at_once_and_goes_on_to_the_quorum()
    {
        using var dealing = QuorumDealing.Deal(2, 3, new SeededRandom(6));
        using var gathering = new QuorumGathering(dealing.Header, Nid);
        // The third operator's value under the first one's number; a number that the dealing has not; another threshold.
        using var third = dealing.ShareOf(3, Nid);
        Assert.Equal(QuorumVerdict.Wrong, Give(gathering, new(1, 2, third.Node, third.Quorum, third.Scalar.Copy())));
        Assert.Equal(QuorumVerdict.Wrong, Give(gathering, new(4, 2, third.Node, third.Quorum, third.Scalar.Copy())));
        Assert.Equal(QuorumVerdict.Wrong, Give(gathering, new(3, 3, third.Node, third.Quorum, third.Scalar.Copy())));
        Assert.Equal(0, gathering.Count);
        Assert.Equal(QuorumVerdict.Taken, Give(gathering, dealing.ShareOf(1, Nid)));
        Assert.Equal(QuorumVerdict.Taken, Give(gathering, dealing.ShareOf(2, Nid)));
        Assert.True(gathering.TryCombine(out var secret));
        secret.Dispose();
    }

    [Fact]
    public void Reads_a_line_however_it_was_copied()
    {
        using var dealing = QuorumDealing.Deal(2, 2, new SeededRandom(7));
        using var share = dealing.ShareOf(2, Nid);
        var text = TextOf(share);
        Assert.Equal(QuorumShare.TextLength, text.Length);
        Assert.Matches("^MPCS1(-[0-9A-HJKMNP-TV-Z]{8}){11}$", text);
        string[] copies =
        [
            text, text.ToLowerInvariant(), text.Replace("-", "", StringComparison.Ordinal), text.Replace('-', ' '), text + "\r\n", "  " + text,
            "MPCS1" + text[5..].Replace('0', 'O').Replace('1', 'l'), "mpcs1" + text[5..].Replace('0', 'o').Replace('1', 'I'),
        ];
        foreach (var copy in copies)
        {
            using var read = Read(copy);
            Assert.NotNull(read);
            Assert.Equal(ScalarOf(share), ScalarOf(read));
            Assert.Equal((2, 2, share.Node, share.Quorum), (read.Number, read.Threshold, read.Node, read.Quorum));
        }
    }

    [Fact]
    public void Rejects_every_line_with_one_character_wrong()
    {
        using var dealing = QuorumDealing.Deal(2, 2, new SeededRandom(8));
        using var share = dealing.ShareOf(1, Nid);
        var text = TextOf(share);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '-')
                continue;
            foreach (var wrong in "0A7Z")
            {
                if (wrong != text[i])
                    Assert.Null(Read(text[..i] + wrong + text[(i + 1)..]));
            }
            Assert.Null(Read(text[..i] + 'U' + text[(i + 1)..])); // no symbol
            Assert.Null(Read(text[..i] + text[(i + 1)..]));
            Assert.Null(Read(text[..i] + "0" + text[i..]));
        }
    }

    [Fact]
    public void Rejects_bytes_that_are_no_line()
    {
        var random = new SeededRandom(9);
        foreach (var length in (int[])[1, 5, 93, 104, QuorumShare.MaxTextLength, QuorumShare.MaxTextLength + 1])
        {
            var bytes = new byte[length];
            random.Fill(bytes);
            using var line = SecureMemory.CopyOf(bytes);
            Assert.False(QuorumShare.TryRead(line, out _));
        }
        Assert.Null(Read("MPCS1"));
        Assert.Null(Read("MPCS1" + new string('0', 88)));
        Assert.Null(Read("MPCS2" + new string('0', 88)));
    }

    [Fact]
    public void Rejects_headers_that_are_damaged_or_out_of_bounds()
    {
        using var dealing = QuorumDealing.Deal(3, 4, new SeededRandom(10));
        var header = dealing.Header.Encode();
        Assert.True(QuorumHeader.TryDecode(header, out var same));
        Assert.Equal((3, 4, dealing.Header.Id), (same.Threshold, same.Operators, same.Id));
        Assert.False(QuorumHeader.TryDecode(header[..^1], out _));
        Assert.False(QuorumHeader.TryDecode([.. header, 0], out _));
        foreach (var (at, value) in ((int, byte)[])[(0, 2), (1, 1), (1, 2), (1, 4), (1, 17), (2, 2), (2, 17), (3, 0), (3, 4)])
        {
            var altered = (byte[])header.Clone();
            altered[at] = value;
            Assert.False(QuorumHeader.TryDecode(altered, out _));
        }
        // Another m is another quorum: shares do not fit it.
        header[2] = 5;
        Assert.True(QuorumHeader.TryDecode(header, out var more));
        Assert.NotEqual(dealing.Header.Id, more.Id);
        using var shorter = SecureMemory.CopyOf(new byte[31]);
        Assert.Throws<ArgumentException>(() => KeyEncryptionKey.FromQuorum(shorter));
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(0, 0)]
    [InlineData(4, 3)]
    [InlineData(2, 17)]
    [InlineData(17, 17)]
    public void Rejects_quorums_out_of_bounds(int threshold, int operators) =>
        Assert.Throws<ArgumentException>(() => QuorumDealing.Deal(threshold, operators, new SeededRandom(1)));
}
