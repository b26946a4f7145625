using MpcSigner.Core.Requests;
using MpcSigner.Policy.Rules;
using Xunit;

namespace MpcSigner.Kernel.Tests.Policy;

/// <summary>How derivation paths and labels are written in rules.</summary>
public class PathPatternTests
{
    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("*")]
    [InlineData("M/0")]
    [InlineData("0/1")]
    [InlineData("m/")]
    [InlineData("m//1")]
    [InlineData("m/x")]
    [InlineData("m/+1")]
    [InlineData("m/-1")]
    [InlineData("m/01")]
    [InlineData("m/ 1")]
    [InlineData("m/1'")]
    [InlineData("m/*/1")]
    [InlineData("m/2147483648")] // hardened
    [InlineData("m/4294967296")]
    public void No_other_spelling_is_read(string text)
    {
        Assert.False(PathPattern.TryParse(text, out var pattern));
        Assert.Null(pattern);
    }

    [Theory]
    [InlineData("m", false)]
    [InlineData("m/*", true)]
    [InlineData("m/0/2147483647", false)]
    [InlineData("m/0/2147483647/*", true)]
    public void Reads_and_writes_alike(string text, bool isPrefix)
    {
        Assert.True(PathPattern.TryParse(text, out var pattern));
        Assert.Equal((text, isPrefix), (pattern.ToString(), pattern.IsPrefix));
    }

    [Fact]
    public void A_pattern_is_as_long_as_a_path_may_be_and_a_prefix_leaves_room_for_one_more()
    {
        string Indices(int count) => "m" + string.Concat(Enumerable.Repeat("/7", count));
        const int Max = RequestAction.Sign.MaxPathLength;
        Assert.True(PathPattern.TryParse(Indices(Max), out var longest));
        Assert.Equal(Max, longest.Indices.Count);
        Assert.False(PathPattern.TryParse(Indices(Max + 1), out _));
        Assert.True(PathPattern.TryParse(Indices(Max - 1) + "/*", out var prefix));
        Assert.True(prefix.Matches([.. Enumerable.Repeat(7u, Max)]));
        Assert.False(PathPattern.TryParse(Indices(Max) + "/*", out _));
    }

    [Fact]
    public void A_label_pattern_is_written_as_it_is_read()
    {
        Assert.Equal("payroll-*", new LabelPattern("payroll-", IsPrefix: true).ToString());
        Assert.Equal("payroll-1", new LabelPattern("payroll-1", IsPrefix: false).ToString());
    }
}
