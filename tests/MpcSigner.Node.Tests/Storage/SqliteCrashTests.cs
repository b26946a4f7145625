using System.Diagnostics;
using System.Globalization;
using MpcSigner.Core.Ports;
using MpcSigner.Storage;
using MpcSigner.Storage.Sqlite;
using Xunit;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>Processes that die, and disks that fail under them.</summary>
public sealed class SqliteCrashTests : IDisposable
{
    private const int AcknowledgementsBeforeTheKill = 400;

    private readonly TempFolder _folder = new();

    private string Path => _folder["store.sqlite"];

    public void Dispose() => _folder.Dispose();

    private static Process Start(params string[] args)
    {
        var self = typeof(SqliteCrashTests).Assembly.Location;
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (System.IO.Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(self);
        foreach (var arg in (string[])[StoreChild.Verb, .. args])
            start.ArgumentList.Add(arg);
        return Process.Start(start)!;
    }

    [Fact]
    public async Task P5_What_was_acknowledged_is_there_after_a_kill_at_any_moment()
    {
        SqliteNodeStore.Create(Path, Meta, TimeProvider.System);
        for (var round = 0; round < 3; round++)
        {
            var acknowledged = await CommitUntilKilled(AcknowledgementsBeforeTheKill * (round + 1));

            await using var store = SqliteNodeStore.Open(Path, Identity, TimeProvider.System);
            foreach (var number in acknowledged)
            {
                var answers = await store.ReadAsync([new StoreQuery.FindRequest(ClientOf(1), $"idem-{number}"), new StoreQuery.FindBooking(1, Digest("scope", number))], CancellationToken.None);
                Assert.Equal(Digest("body", number), ((StoreAnswer.Request)answers[0]).Row?.BodyHash);
                Assert.Equal(Digest("value", number), ((StoreAnswer.Booking)answers[1]).Row?.Value);
            }

            // What was not acknowledged is whole or absent.
            for (var number = 1; number <= acknowledged.Max() + 16; number++)
            {
                var answers = await store.ReadAsync([new StoreQuery.FindRequest(ClientOf(1), $"idem-{number}"), new StoreQuery.FindBooking(1, Digest("scope", number))], CancellationToken.None);
                Assert.Equal(((StoreAnswer.Request)answers[0]).Row is null, ((StoreAnswer.Booking)answers[1]).Row is null);
            }
        }
    }

    private async Task<List<int>> CommitUntilKilled(int enough)
    {
        using var child = Start(StoreChild.Commit, Path);
        var acknowledged = new List<int>();
        try
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (acknowledged.Count < enough && await child.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
                acknowledged.Add(int.Parse(line, CultureInfo.InvariantCulture));
            Assert.Equal(StoreRefusal.InUse, Assert.Throws<StoreOpenException>(() => { SqliteNodeStore.Open(Path, Identity, TimeProvider.System); }).Refusal);
        }
        finally { child.Kill(); } // SIGKILL
        while (await child.StandardOutput.ReadLineAsync() is { Length: > 0 } line && int.TryParse(line, CultureInfo.InvariantCulture, out var number))
            acknowledged.Add(number);
        await child.WaitForExitAsync();
        Assert.InRange(acknowledged.Count, enough, int.MaxValue);
        return acknowledged;
    }

    [Fact]
    public async Task P5_A_disk_that_fails_closes_the_store_and_loses_nothing_acknowledged()
    {
        SqliteNodeStore.Create(Path, Meta, TimeProvider.System);
        using var child = Start(StoreChild.FailingDisk, Path);
        var output = await child.StandardOutput.ReadToEndAsync();
        var errors = await child.StandardError.ReadToEndAsync();
        await child.WaitForExitAsync();
        Assert.True(child.ExitCode == 0, errors);
        var acknowledged = int.Parse(output, CultureInfo.InvariantCulture);
        Assert.InRange(acknowledged, 1, StoreChild.MostCommitsOnAFailingDisk - 1);

        await using var store = SqliteNodeStore.Open(Path, Identity, TimeProvider.System);
        for (var number = 1; number <= acknowledged; number++)
            Assert.NotNull(((StoreAnswer.Request)(await store.ReadAsync([new StoreQuery.FindRequest(ClientOf(1), $"idem-{number}")], CancellationToken.None))[0]).Row);
    }
}
