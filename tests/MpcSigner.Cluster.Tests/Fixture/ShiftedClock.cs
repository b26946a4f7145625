using Xunit;

namespace MpcSigner.Cluster.Tests.Fixture;

/// <summary>The wall clock of another time, for a client; a node gets it by libfaketime.</summary>
internal sealed class ShiftedClock(TimeSpan shift) : TimeProvider
{
    private const string FakeTime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + shift;

    /// <summary>Starts a node whose wall clock is ahead.</summary>
    public static Task StartAsync(TestNode node, TimeSpan ahead)
    {
        Assert.True(File.Exists(FakeTime), "libfaketime is needed: apt-get install libfaketime");
        return node.StartAsync(info =>
        {
            info.Environment["LD_PRELOAD"] = FakeTime;
            info.Environment["FAKETIME"] = $"+{(long)ahead.TotalSeconds}";
            info.Environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
            info.Environment["FAKETIME_FORCE_MONOTONIC_FIX"] = "0";
        });
    }
}
