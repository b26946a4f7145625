using MpcSigner.Core.Encodings;
using Xunit;

namespace MpcSigner.Kernel.Tests.Encodings;

public sealed class OneLineTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Zahlung an Müller & Söhne, 12 €")]
    [InlineData("支払い 🙂 قيمة ۱۲")] // right to left by its own letters
    [InlineData("می\u200cخواهم")] // joiners shape letters and move none
    public void Holds_what_is_read_as_it_was_written(string text)
    {
        Assert.True(OneLine.Holds(text));
        Assert.Same(text, OneLine.Of(text, '?'));
    }

    [Theory]
    [InlineData('\0')]
    [InlineData('\n')]
    [InlineData('\u001b')]
    [InlineData('\u007f')]
    [InlineData('\u0085')]
    [InlineData('\u061c')]
    [InlineData('\u200e')]
    [InlineData('\u200f')]
    [InlineData('\u2028')]
    [InlineData('\u2029')]
    [InlineData('\u202a')]
    [InlineData('\u202e')]
    [InlineData('\u2066')]
    [InlineData('\u2069')]
    public void Does_not_hold_what_moves_other_text_or_ends_the_line(char c)
    {
        Assert.True(OneLine.Breaks(c));
        Assert.False(OneLine.Holds($"pay 1{c}000"));
        Assert.Equal("pay 1?000", OneLine.Of($"pay 1{c}000", '?'));
    }
}
