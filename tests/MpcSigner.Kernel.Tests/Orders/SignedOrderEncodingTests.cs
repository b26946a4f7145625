using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using Xunit;

namespace MpcSigner.Kernel.Tests.Orders;

public sealed class SignedOrderEncodingTests
{
    private static AdministratorId Administrator(byte number)
    {
        var bytes = new byte[AdministratorId.Size];
        bytes[0] = number;
        return new(bytes);
    }

    private static OrderSignature Signature(byte number) => new(Administrator(number), Enumerable.Repeat(number, SignedOrderEncoding.SignatureBytes).ToArray());

    private static SignedOrder Order(int body, params byte[] signers) => new(Enumerable.Range(0, body).Select(i => (byte)(i % 251)).ToArray(), [.. signers.Select(Signature)]);

    private static void AssertSame(SignedOrder expected, SignedOrder actual)
    {
        Assert.Equal(expected.Body.ToArray(), actual.Body.ToArray());
        Assert.Equal(expected.Signatures.Select(s => (s.Administrator, Convert.ToHexString(s.Signature.Span))), actual.Signatures.Select(s => (s.Administrator, Convert.ToHexString(s.Signature.Span))));
    }

    [Fact]
    public void An_order_comes_back_as_it_was()
    {
        foreach (var order in (SignedOrder[])[Order(1), Order(40, 3), Order(200, 1, 2, 9), Order(SignedOrder.MaxBodyBytes, [.. Enumerable.Range(1, SignedOrder.MaxSignatures).Select(i => (byte)i)])])
        {
            var bytes = SignedOrderEncoding.Encode(order);
            Assert.True(SignedOrderEncoding.TryDecode(bytes, out var read));
            AssertSame(order, read);
            Assert.True(bytes.Length <= SignedOrderEncoding.MaxBytes);
        }
    }

    [Fact]
    public void The_form_is_the_documented_one()
    {
        var order = Order(3, 5);
        Assert.Equal(
            [1, .. Administrator(5).ToArray(), .. Enumerable.Repeat((byte)5, 64), 0, 0, 0, 3, 0, 1, 2],
            SignedOrderEncoding.Encode(order));
    }

    [Fact]
    public void Orders_stand_one_after_the_other()
    {
        var writer = new ByteWriter();
        SignedOrderEncoding.Write(writer, Order(5, 1));
        SignedOrderEncoding.Write(writer, Order(6));
        var reader = new ByteReader(writer.Written);
        Assert.True(SignedOrderEncoding.TryRead(ref reader, out var first));
        Assert.True(SignedOrderEncoding.TryRead(ref reader, out var second));
        Assert.True(reader.AtEnd);
        AssertSame(Order(5, 1), first);
        AssertSame(Order(6), second);
    }

    [Fact]
    public void Rejects_every_cut_and_every_longer_form()
    {
        var bytes = SignedOrderEncoding.Encode(Order(30, 1, 2));
        for (var length = 0; length < bytes.Length; length++)
            Assert.False(SignedOrderEncoding.TryDecode(bytes.AsSpan(0, length), out _));
        Assert.False(SignedOrderEncoding.TryDecode([.. bytes, 0], out _));
    }

    [Fact]
    public void Rejects_signers_that_do_not_ascend_and_what_is_out_of_bounds()
    {
        var bytes = SignedOrderEncoding.Encode(Order(3, 4, 5));
        var second = 1 + AdministratorId.Size + SignedOrderEncoding.SignatureBytes;
        bytes[second] = 4;
        Assert.False(SignedOrderEncoding.TryDecode(bytes, out _));
        bytes[second] = 3;
        Assert.False(SignedOrderEncoding.TryDecode(bytes, out _));

        Assert.False(SignedOrderEncoding.TryDecode([0, 0, 0, 0, 0], out _)); // an empty body
        Assert.False(SignedOrderEncoding.TryDecode([0, 0, 0x10, 0, 1, .. new byte[SignedOrder.MaxBodyBytes + 1]], out _));
        Assert.False(SignedOrderEncoding.TryDecode(
            [65, .. Enumerable.Range(1, 65).SelectMany(i => (byte[])[(byte)i, .. new byte[AdministratorId.Size - 1 + SignedOrderEncoding.SignatureBytes]]), 0, 0, 0, 1, 7], out _));

        Assert.Throws<ArgumentException>(() => SignedOrderEncoding.Encode(Order(0, 1)));
        Assert.Throws<ArgumentException>(() => SignedOrderEncoding.Encode(Order(3, 2, 1)));
        Assert.Throws<ArgumentException>(() => SignedOrderEncoding.Encode(Order(3, 2, 2)));
        Assert.Throws<ArgumentException>(() => SignedOrderEncoding.Encode(new(new byte[3], [new(Administrator(1), new byte[63])])));
        Assert.Throws<ArgumentException>(() => SignedOrderEncoding.Encode(Order(SignedOrder.MaxBodyBytes + 1)));
    }
}
