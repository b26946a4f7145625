using MpcSigner.Core.Faults;
using MpcSigner.Cryptography.Derivation;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Derivation;

public sealed class DerivationPathTests
{
    [Theory]
    [InlineData("m", "m")]
    [InlineData("m/0", "m/0")]
    [InlineData("0/1", "m/0/1")]
    [InlineData("44/60/0/0/2147483647", "m/44/60/0/0/2147483647")]
    [InlineData("m/0/0/0/0/0/0/0/0/0/0", "m/0/0/0/0/0/0/0/0/0/0")]
    public void Reads_what_people_write(string text, string written)
    {
        Assert.True(DerivationPath.TryParse(text, out var path, out var error));
        Assert.Null(error);
        Assert.Equal(written, DerivationPath.Write(path));
        Assert.True(DerivationPath.TryParse(written, out var again, out _));
        Assert.Equal(path, again);
    }

    [Theory]
    [InlineData("m/44'/0", "hardened")]
    [InlineData("44h", "hardened")]
    [InlineData("0/1H", "hardened")]
    [InlineData("2147483648", "hardened")]
    [InlineData("m/4294967295", "hardened")]
    [InlineData("m/0/0/0/0/0/0/0/0/0/0/0", "more than 10")]
    [InlineData("", "slashes")]
    [InlineData("m/", "slashes")]
    [InlineData("/0", "slashes")]
    [InlineData("0//1", "slashes")]
    [InlineData("-1", "slashes")]
    [InlineData("+1", "slashes")]
    [InlineData(" 1", "slashes")]
    [InlineData("01", "slashes")]
    [InlineData("0x1", "slashes")]
    [InlineData("1.0", "slashes")]
    [InlineData("4294967296", "slashes")]
    [InlineData("M/0", "slashes")]
    [InlineData("0/m", "slashes")]
    public void Rejects_anything_else_and_says_why(string text, string why)
    {
        Assert.False(DerivationPath.TryParse(text, out var path, out var error));
        Assert.Empty(path);
        Assert.Equal(Reason.BadDerivationPath, error.Reason);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_has_an_explanation()
    {
        foreach (var fault in Enum.GetValues<DerivationFault>().Where(fault => fault != DerivationFault.None))
            Assert.Equal(Reason.BadDerivationPath, DerivationPath.Refuse(fault).Reason);
        Assert.Throws<ArgumentOutOfRangeException>(() => DerivationPath.Refuse(DerivationFault.None));
    }
}
