using MpcSigner.Rpc;
using Xunit;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>grpc-timeout: at most eight digits, both ways.</summary>
public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData(0L, "1n")]
    [InlineData(-5L, "1n")]
    [InlineData(1L, "1u")]
    [InlineData(10L, "1u")]
    [InlineData(11L, "2u")]
    [InlineData(10_000_000L, "1000000u")]
    [InlineData(999_999_990L, "99999999u")]
    [InlineData(999_999_991L, "100000m")]
    [InlineData(36_000_000_000L, "3600000m")]
    [InlineData(999_999_990_001L, "100000S")]
    [InlineData(long.MaxValue, "99999999H")]
    public void Formats_in_the_finest_unit_that_holds_it(long ticks, string text)
    {
        Assert.Equal(text, GrpcTimeout.Format(TimeSpan.FromTicks(ticks)));
        Assert.True(text.Length <= GrpcTimeout.MaxDigits + 1);
    }

    [Theory]
    [InlineData("1H", 36_000_000_000L)]
    [InlineData("2M", 1_200_000_000L)]
    [InlineData("30S", 300_000_000L)]
    [InlineData("500m", 5_000_000L)]
    [InlineData("7u", 70L)]
    [InlineData("250n", 2L)]
    [InlineData("0S", 0L)]
    [InlineData("00000001S", 10_000_000L)]
    public void Parses(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("99999999H")]
    [InlineData("99999999M")]
    [InlineData("99999999S")]
    public void Cuts_what_no_timer_reaches(string text)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(GrpcTimeout.Longest, timeout);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData(" 1S")]
    [InlineData("1 S")]
    [InlineData("1.5S")]
    [InlineData("123456789S")]
    [InlineData("0x1S")]
    [InlineData("1S,2S")]
    public void Rejects_what_is_malformed(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));
}
