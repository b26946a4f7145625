using MpcSigner.Rpc;
using Xunit;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>grpc-message and -bin values, byte for byte.</summary>
public sealed class StatusMessageTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain text, {braces} ~", "plain text, {braces} ~")]
    [InlineData("100%", "100%25")]
    [InlineData("a\nb\tc\u007f", "a%0Ab%09c%7F")]
    [InlineData("ü€😀", "%C3%BC%E2%82%AC%F0%9F%98%80")]
    [InlineData(" at both ends ", "%20at both ends%20")]
    [InlineData(" ", "%20")]
    public void Encodes_and_decodes(string message, string encoded)
    {
        Assert.Equal(encoded, StatusMessage.Encode(message));
        Assert.Equal(message, StatusMessage.Decode(encoded));
    }

    [Theory]
    [InlineData("%", "%")]
    [InlineData("%2", "%2")]
    [InlineData("%zz", "%zz")]
    [InlineData("%25%", "%%")]
    [InlineData("%c3%bc", "ü")]
    [InlineData("a%FFb", "a\ufffdb")]
    [InlineData("ü", "ü")]
    public void Decodes_what_is_malformed_as_it_stands(string encoded, string message) =>
        Assert.Equal(message, StatusMessage.Decode(encoded));

    [Fact]
    public void Cuts_a_long_message_between_characters()
    {
        var encoded = StatusMessage.Encode(new string('x', StatusMessage.MaxBytes - 1) + "€€");
        Assert.Equal(new string('x', StatusMessage.MaxBytes - 1), encoded);
        Assert.Equal(StatusMessage.MaxEncodedLength, StatusMessage.Decode(new string('y', 100_000)).Length);
    }

    [Fact]
    public void Unpaired_surrogates_do_not_throw() =>
        Assert.Equal("%EF%BF%BD", StatusMessage.Encode("\ud800"));

    [Theory]
    [InlineData("", "")]
    [InlineData("00", "AA")]
    [InlineData("0001", "AAE")]
    [InlineData("000102", "AAEC")]
    [InlineData("00010203", "AAECAw")]
    [InlineData("fbff", "+/8")]
    public void Binary_values_go_without_padding_and_come_either_way(string hex, string encoded)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Equal(encoded, BinaryHeader.Encode(bytes));
        Assert.True(BinaryHeader.TryDecode(encoded, out var unpadded));
        Assert.Equal(bytes, unpadded);
        Assert.True(BinaryHeader.TryDecode(encoded.PadRight((encoded.Length + 3) / 4 * 4, '='), out var padded));
        Assert.Equal(bytes, padded);
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AAAAA")]
    [InlineData("A===")]
    [InlineData("====")]
    [InlineData("AA=A")]
    [InlineData("-_8")]
    [InlineData("AA!A")]
    public void Rejects_binary_values_that_are_not_base64(string encoded) => Assert.False(BinaryHeader.TryDecode(encoded, out _));

    [Theory]
    [InlineData("application/grpc", true)]
    [InlineData("application/grpc+proto", true)]
    [InlineData("Application/GRPC", true)]
    [InlineData("application/grpc;charset=utf-8", true)]
    [InlineData("application/grpc+proto ; a=b", true)]
    [InlineData("application/grpc+json", false)]
    [InlineData("application/grpc-web", false)]
    [InlineData("application/grpcx", false)]
    [InlineData("application/json", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Knows_its_content_type(string? contentType, bool isGrpc) => Assert.Equal(isGrpc, HeaderNames.IsGrpcContentType(contentType));
}
