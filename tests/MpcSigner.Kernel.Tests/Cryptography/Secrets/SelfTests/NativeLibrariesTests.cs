using MpcSigner.Cryptography.Secrets.SelfTests;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.SelfTests;

public sealed class NativeLibrariesTests
{
    [Fact]
    public void Every_check_of_every_library_passes_here()
    {
        var reports = NativeLibraries.SelfTest().Where(report => report.Check != "memory locking").ToArray();

        Assert.Equal(10, reports.Count(report => report.Library.StartsWith("libsodium", StringComparison.Ordinal)));
        Assert.Equal(7, reports.Count(report => report.Library.StartsWith("libsecp256k1", StringComparison.Ordinal)));
        Assert.Equal(5, reports.Count(report => report.Library.StartsWith("libcrypto", StringComparison.Ordinal)));
        Assert.All(reports, report => Assert.True(report.Ok, $"{report.Check}: {report.Detail}"));
        NativeLibraries.EnsureUsable();
    }
}
