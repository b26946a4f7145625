using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Transcripts;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Transcripts;

/// <summary>The known answers of spec §20 for the two ECDSA curves.</summary>
public sealed class CurveKnownAnswerTests
{
    /// <summary>ξ of spec §2: bits of β, and so gadget elements.</summary>
    private const int GadgetLength = 416;

    [Theory]
    [InlineData(Curve.Secp256k1, "5d4ff540b082f61ce5b0b66f271d30cf381566ebc53c9e9e96801f2dd390af77")]
    [InlineData(Curve.P256, "9330782240d785388075a6a98e98b750f4435f77272c764960f3c25aedce1b95")]
    [Trait("row", "M13")]
    public void Hs_of_abc(Curve curve, string expected)
    {
        var scalar = new TranscriptHash(new Tag("x", HashFunction.Hs), MpcSigner.Cryptography.Groups.Groups.For(curve)).Bytes("abc"u8).ToScalar();
        Assert.Equal(expected, scalar.ToString());
    }

    [Theory]
    [InlineData(Curve.Secp256k1, "883620acda1cafba2b0528133fe7508714e351fb61449c374d8340497298d2b4",
        "78b69168e4a312d5cd388d06272a897b036c25d37db0ee5848419bea899fa06b", "f623cf82246d7c3631943d941a83c99010581a06037c055ac6141849282abf8e")]
    [InlineData(Curve.P256, "86677b2d80f369b5b8c5b3163be9697c6c04cd22da10b70a171cbe3b6b0a4bff",
        "d9636b8915029fd8791109ffca18c2b4960531ea1b2113e0280f5463d2e59c0f", "cca1247bf1272e3914bfeff44740d4809b797eab1941218c6f2338ad38a766b8")]
    public void The_gadget(Curve curve, string first, string last, string total)
    {
        var group = MpcSigner.Cryptography.Groups.Groups.For(curve);
        var elements = Enumerable.Range(0, GadgetLength).Select(j => new TranscriptHash(Tags.Gadget, group).U16((ushort)j).ToScalar()).ToArray();

        Assert.Equal(first, elements[0].ToString());
        Assert.Equal(last, elements[^1].ToString());
        Assert.Equal(total, elements.Aggregate(group.Zero, group.AddPublic).ToString());
    }
}
