using System.Globalization;
using MpcSigner.Core.Ports;
using MpcSigner.Storage.Sqlite;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>A process that works on a store until it is killed, or does one thing and ends.</summary>
internal static class StoreChild
{
    internal const string Verb = "--store-child";
    internal const string Commit = "commit";
    internal const string MakeVersion1 = "make-v1";

    internal static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case [Commit, var path]:
                await CommitForEver(path);
                return 0;
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
}
