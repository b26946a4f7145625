using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tests;
using Xunit;

namespace MpcSigner.Cluster.Tests.Load;

/// <summary>2,000 signatures from 8 concurrent clients: all verify, by us and by software that is not ours, and memory stays flat.</summary>
[Collection(LoadAlone.Name)]
public class LoadTests(ClusterFixture fixture, ITestOutputHelper output) : IClassFixture<ClusterFixture>
{
    private const int Clients = 8;
    private const int Signatures = 2_000;

    /// <summary>By then the code is compiled, the pools are filled, and what grows from there on is a leak.</summary>
    private const int Warm = 500;

    /// <summary>
    /// Of a node's resident memory between the 500th and the 2,000th signature, beyond what its database grew by: SQLite keeps the pages that were written in its
    /// caches, up to 64 MiB for the writer and 8 for each reader. Measured over 16,000 signatures: 46 MiB, of which 22 are the database and 10 readers' copies of it.
    /// </summary>
    private const long GrowthBound = 32L << 20;

    private const int TransactionsJudged = 3;

    private TestCluster Cluster => fixture.Cluster;

    private sealed record Made(byte[] PublicKey, byte[] Message, byte[] Signature, byte[] Transaction, double Milliseconds);

    [Fact]
    public async Task Two_thousand_signatures_of_eight_clients_verify_and_leave_memory_flat()
    {
        var raw = await Keys.RawAsync(Cluster);
        var solana = await Keys.SolanaAsync(Cluster);
        var made = new ConcurrentBag<Made>();
        await SignAsync(raw, solana, 0, Warm, made);
        var before = Cluster.Nodes.ToDictionary(n => n.Name, ResidentBytes);
        var databases = Cluster.Nodes.ToDictionary(n => n.Name, DatabaseBytes);
        var cpuBefore = Cluster.Nodes.Sum(CpuSeconds);
        var watch = Stopwatch.StartNew();
        made.Clear();
        await SignAsync(raw, solana, Warm, Signatures, made);
        var seconds = watch.Elapsed.TotalSeconds;
        var cpu = Cluster.Nodes.Sum(CpuSeconds) - cpuBefore;
        var after = Cluster.Nodes.ToDictionary(n => n.Name, ResidentBytes);

        var times = made.Select(m => m.Milliseconds).Order().ToList();
        Assert.Equal(Signatures - Warm, times.Count);
        Say($"cost: {Signatures - Warm} signatures by {Clients} clients in {seconds:0.0} s: {times.Count / seconds:0} a second, p50 {times[times.Count / 2]:0.0} ms, "
            + $"p99 {times[(int)(times.Count * 0.99)]:0.0} ms; {cpu * 1000 / times.Count:0.0} ms of CPU a signature over three nodes");
        foreach (var node in Cluster.Nodes)
        {
            var stored = DatabaseBytes(node) - databases[node.Name];
            Say($"cost: node {node.Name} resident {before[node.Name] >> 20} MiB after {Warm} signatures, {after[node.Name] >> 20} MiB after {Signatures}; its database grew by {stored >> 10} KiB");
            Assert.True(after[node.Name] - before[node.Name] - stored < GrowthBound, $"node {node.Name} grew from {before[node.Name]} to {after[node.Name]} bytes, its database by {stored}");
        }
        await JudgeAsync(made);
    }

    /// <summary>Of each two, one raw message and one Solana transfer; no two alike.</summary>
    private async Task SignAsync(SigningKey raw, SigningKey solana, int from, int to, ConcurrentBag<Made> made)
    {
        var next = from - 1;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async i =>
        {
            await using var client = MpcSignerClient.Create(Cluster.ClientOptions() with { PreferredNode = Cluster.Nodes[i % Cluster.Nodes.Count].Name });
            for (var number = Interlocked.Increment(ref next); number < to; number = Interlocked.Increment(ref next))
            {
                var (key, payload) = number % 2 == 0
                    ? (raw, SigningPayload.Raw(BitConverter.GetBytes(number)))
                    : (solana, SigningPayload.SolanaTransaction(Keys.Transfer(solana, (ulong)number)));
                var watch = Stopwatch.StartNew();
                var result = await client.SignAsync(new() { KeyId = key.Id, Payload = payload });
                var took = watch.Elapsed.TotalMilliseconds;
                Assert.True(Ed25519Signature.Verify(key.PublicKey.Span, payload.Bytes.Span, result.Signature.Span));
                made.Add(new(key.PublicKey.ToArray(), payload.Bytes.ToArray(), result.Signature.ToArray(), result.SignedTransaction.ToArray(), took));
            }
        }));
    }

    /// <summary>All signatures by @noble/curves, some transactions by @solana/web3.js and tweetnacl; and a spoilt one of each, which they must refuse.</summary>
    private static async Task JudgeAsync(IReadOnlyCollection<Made> made)
    {
        var judged = made.ToList();
        var spoilt = judged[0] with { Message = [.. judged[0].Message, 1] };
        var verdict = await Judges.NodeReadingAsync("ed25519/verify-signatures.mjs", JsonSerializer.Serialize(judged.Append(spoilt).Select(m => new
        {
            publicKey = Convert.ToHexStringLower(m.PublicKey),
            message = Convert.ToHexStringLower(m.Message),
            signature = Convert.ToHexStringLower(m.Signature),
        })));
        Assert.Equal(judged.Count + 1, verdict.GetProperty("checked").GetInt32());
        Assert.Equal([judged.Count], verdict.GetProperty("invalid").EnumerateArray().Select(i => i.GetInt32()));

        var transactions = judged.Where(m => m.Transaction.Length > 0).Take(TransactionsJudged).ToList();
        Assert.Equal(TransactionsJudged, transactions.Count);
        foreach (var transaction in transactions)
        {
            var answer = await Judges.NodeReadingAsync("solana/verify-transaction.mjs", $$"""{"transaction":"{{Convert.ToBase64String(transaction.Transaction)}}"}""");
            Assert.True(answer.GetProperty("valid").GetBoolean(), answer.ToString());
        }
    }

    /// <summary>For whoever runs one test, and for tests/run.sh, which names the file.</summary>
    private void Say(string line)
    {
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable("MPCSIGNER_COSTS") is { Length: > 0 } costs)
            File.AppendAllText(costs, line + "\n");
    }

    private static long ResidentBytes(TestNode node)
    {
        var line = File.ReadLines($"/proc/{node.ProcessId}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }

    private static long DatabaseBytes(TestNode node) => new FileInfo(new NodeDirectory(node.Directory).Store).Length;

    private static double CpuSeconds(TestNode node)
    {
        using var process = Process.GetProcessById(node.ProcessId);
        return process.TotalProcessorTime.TotalSeconds;
    }
}

/// <summary>Measures, so nothing else runs beside it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LoadAlone
{
    public const string Name = "load, alone";
}
