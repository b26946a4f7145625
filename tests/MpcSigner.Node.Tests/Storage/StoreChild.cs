using System.Globalization;
using System.Runtime.InteropServices;
using MpcSigner.Core.Ports;
using MpcSigner.Storage.Sqlite;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>A process that works on a store until it is killed, or does one thing and ends.</summary>
internal static partial class StoreChild
{
    internal const string Verb = "--store-child";
    internal const string Commit = "commit";
    internal const string FailingDisk = "failing-disk";
    internal const int MostCommitsOnAFailingDisk = 10_000;
    internal const string MakeVersion1 = "make-v1";

    internal static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case [Commit, var path]:
                await CommitForEver(path);
                return 0;
            case [FailingDisk, var path]:
                return await CommitUntilTheDiskFails(path);
            case [MakeVersion1, var path]:
                await StoreVersion1.Make(path);
                return 0;
            default:
                await Console.Error.WriteLineAsync($"usage: {Verb} {Commit}|{MakeVersion1} PATH");
                return 2;
        }
    }

    /// <summary>Eight callers commit at once; each prints its number when its commit is acknowledged.</summary>
    private static async Task CommitForEver(string path)
    {
        await using var store = SqliteNodeStore.Open(path, Identity, TimeProvider.System);
        var next = 0;
        var output = Console.Out;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var number = Interlocked.Increment(ref next);
                await store.CommitAsync([new StoreWrite.PutRequest(Request(number)), new StoreWrite.Book(Booking(number, number))], CancellationToken.None);
                lock (output)
                {
                    output.WriteLine(number.ToString(CultureInfo.InvariantCulture));
                    output.Flush();
                }
            }
        })));
    }

    private const int LimitFileSize = 1; // RLIMIT_FSIZE
    private const int SignalFileSize = 25; // SIGXFSZ
    private const nint Ignore = 1; // SIG_IGN
    private const ulong MostBytes = 1 << 20;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setrlimit(int resource, ReadOnlySpan<ulong> limits);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint signal(int number, nint handler);

    /// <summary>Writes beyond 1 MiB of any file fail with EFBIG: an I/O error to SQLite. Prints how many commits were acknowledged before.</summary>
    private static async Task<int> CommitUntilTheDiskFails(string path)
    {
        await using var store = SqliteNodeStore.Open(path, Identity, TimeProvider.System);
        _ = signal(SignalFileSize, Ignore);
        if (setrlimit(LimitFileSize, [MostBytes, MostBytes]) != 0)
            return 3;
        for (var number = 1; number <= MostCommitsOnAFailingDisk; number++)
        {
            try
            {
                await store.CommitAsync([new StoreWrite.PutRequest(Request(number))], CancellationToken.None);
            }
            catch (StoreUnavailableException failed) when (failed.Closed)
            {
                try
                {
                    await store.CommitAsync([new StoreWrite.PutRequest(Request(1))], CancellationToken.None);
                }
                catch (StoreUnavailableException again) when (again.Closed)
                {
                    Console.WriteLine((number - 1).ToString(CultureInfo.InvariantCulture));
                    return 0;
                }
                return 4;
            }
        }
        return 5;
    }
}
