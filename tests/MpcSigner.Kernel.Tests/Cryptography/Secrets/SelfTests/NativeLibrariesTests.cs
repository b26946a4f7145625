using MpcSigner.Cryptography.Secrets.SelfTests;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.SelfTests;

public sealed class NativeLibrariesTests
{
    [Fact]
    public void Every_check_of_libsodium_passes_here()
    {
        var reports = NativeLibraries.SelfTest().Where(report => report.Check != "memory locking").ToArray();

        Assert.Equal(9, reports.Length);
        Assert.All(reports, report => Assert.True(report.Ok, $"{report.Check}: {report.Detail}"));
        NativeLibraries.EnsureUsable();
    }
}
