using MpcSigner.Core.Identities;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Frost;

/// <summary>The exact encoding of spec §19.3, and that nothing else is read.</summary>
public sealed class FrostRequestTests : IDisposable
{
    private const int MessageAt = 32 + 32 + 4;
    private const int MessageSize = 9;
    private const int PathAt = MessageAt + MessageSize;
    private const int ModeAt = PathAt + 1 + 2 * 4;
    private const int ListAt = ModeAt + 2;
    private const int EntrySize = 2 + 64;

    private readonly SigningKey _key = new(3, 4);
    private readonly byte[] _honest;

    public FrostRequestTests() =>
        _honest = _key.Run(path: [3, 0x7fffffff]).Sent.First(sent => sent.Type == MessageType.FrostRequest).Payload;

    public void Dispose() => _key.Dispose();

    private FrostRefusal? Refusal(byte[] bytes)
    {
        FrostRequest.TryDecode(_key.Record, _key.Hash, bytes, out _, out var refusal);
        return refusal;
    }

    [Fact]
    public void The_encoding_is_the_specifications()
    {
        Assert.True(FrostRequest.TryDecode(_key.Record, _key.Hash, _honest, out var request, out _));
        byte[] expected =
        [
            .. request.Osid.ToArray(), .. _key.Hash.ToArray(), 0, 0, 0, MessageSize, .. "a message"u8, 2, 0, 0, 0, 3, 0x7f, 0xff, 0xff, 0xff, 0, 0,
            .. request.Commitments.SelectMany(c => (byte[])[(byte)(c.Signer.Value >> 8), (byte)(c.Signer.Value & 0xff), .. c.Hiding.Encode(), .. c.Binding.Encode()]),
        ];
        Assert.Equal(expected, _honest);
        Assert.Equal(_honest, request.Encode());
        Assert.Equal(_honest[32..], request.EncodeWithoutOsid());
        Assert.Equal(ListAt + 3 * EntrySize, _honest.Length);
    }

    [Fact]
    [Trait("row", "E21@frost"), Trait("row", "E22@frost"), Trait("row", "E27@frost"), Trait("row", "E28@frost"), Trait("row", "E26@frost")]
    public void Rejects_every_other_length()
    {
        var tried = 0;
        for (var length = 0; length < _honest.Length; length++, tried++)
            Assert.NotNull(Refusal(_honest[..length]));
        Assert.NotNull(Refusal([.. _honest, 0]));
        Assert.NotNull(Refusal([.. _honest, .. _honest[^EntrySize..]])); // t + 1 entries
        Assert.NotNull(Refusal(_honest[..^EntrySize])); // t − 1 entries
        Assert.Equal(FrostRefusal.Malformed, Refusal(new byte[FrostRequest.MaxSize + 1]));
        Assert.Equal(_honest.Length, tried);
    }

    [Fact]
    [Trait("row", "R25")]
    public void Rejects_another_record_hash()
    {
        byte[] changed = [.. _honest];
        changed[32] ^= 1;
        Assert.Equal(FrostRefusal.OtherKeyRecord, Refusal(changed));
    }

    [Theory]
    [InlineData(ModeAt, 1, FrostRefusal.BadMode)]
    [InlineData(ModeAt, 2, FrostRefusal.BadMode)]
    [InlineData(ModeAt, 255, FrostRefusal.BadMode)]
    [InlineData(ModeAt + 1, 1, FrostRefusal.BadMode)]
    [InlineData(ModeAt + 1, 32, FrostRefusal.BadMode)]
    [InlineData(PathAt + 1, 0x80, FrostRefusal.BadPath)]
    [InlineData(PathAt, 17, FrostRefusal.BadPath)]
    [InlineData(PathAt, 255, FrostRefusal.BadPath)]
    [InlineData(MessageAt - 4, 255, FrostRefusal.Malformed)]
    [Trait("row", "R28"), Trait("row", "R30")]
    public void Rejects_a_field_out_of_bounds(int at, byte value, FrostRefusal refusal)
    {
        byte[] changed = [.. _honest];
        changed[at] = value;
        Assert.Equal(refusal, Refusal(changed));
    }

    [Fact]
    [Trait("row", "R05"), Trait("row", "R07"), Trait("row", "E23@frost"), Trait("row", "E24@frost")]
    public void Rejects_signers_out_of_order_twice_zero_or_unknown()
    {
        byte[] Entry(int i) => _honest[(ListAt + i * EntrySize)..(ListAt + (i + 1) * EntrySize)];
        byte[] List(params byte[][] entries) => [.. _honest[..ListAt], .. entries.SelectMany(entry => entry)];
        Assert.Null(Refusal(List(Entry(0), Entry(1), Entry(2))));
        Assert.Equal(FrostRefusal.Malformed, Refusal(List(Entry(1), Entry(0), Entry(2))));
        Assert.Equal(FrostRefusal.Malformed, Refusal(List(Entry(0), Entry(1), Entry(1))));
        Assert.Equal(FrostRefusal.Malformed, Refusal(List([0, 0, .. Entry(0)[2..]], Entry(1), Entry(2))));
        Assert.Equal(FrostRefusal.UnknownSigner, Refusal(List(Entry(0), [0, 8, .. Entry(1)[2..]], Entry(2))));
        Assert.Equal(FrostRefusal.UnknownSigner, Refusal(List(Entry(0), Entry(1), [0xff, 0xfe, .. Entry(2)[2..]])));
    }

    [Fact]
    public void A_share_is_read_whole_and_of_a_party()
    {
        var bytes = new FrostShare(new(1), new byte[] { 1, 2, 3 }, new byte[32], new byte[64]).Encode();
        Assert.True(FrostShare.TryDecode(bytes, out var share));
        Assert.Equal(bytes, share.Encode());
        for (var length = 0; length < bytes.Length; length++)
            Assert.False(FrostShare.TryDecode(bytes.AsSpan(0, length), out _));
        Assert.False(FrostShare.TryDecode([.. bytes, 0], out _));
        Assert.False(FrostShare.TryDecode([0, 0, .. bytes[2..]], out _));
    }

    [Theory]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")]
    [InlineData("9599999999999999999999999999999999999999999999999999999999999999")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [Trait("row", "R09")]
    public void Rejects_points_outside_the_group(string point)
    {
        foreach (var at in new[] { ListAt + 2, ListAt + 2 + 32, ListAt + 2 * EntrySize + 2 })
        {
            byte[] changed = [.. _honest];
            Convert.FromHexString(point).CopyTo(changed, at);
            Assert.Equal(FrostRefusal.Malformed, Refusal(changed));
        }
    }
}
