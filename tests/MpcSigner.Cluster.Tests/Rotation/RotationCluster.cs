using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>Five running nodes and their administrator: keys live on a, b and c, and d and e are newcomers.</summary>
public class RotationCluster : IAsyncLifetime
{
    /// <summary>For one job of a few keys on a busy machine.</summary>
    private static readonly TimeSpan JobLimit = TimeSpan.FromSeconds(150);

    private static readonly string[] First = ["a", "b", "c"];

    private TestCluster? _cluster;
    private MpcSignerAdministrator? _administrator;

    internal TestCluster Cluster => _cluster ?? throw new InvalidOperationException("the cluster has not started");

    internal MpcSignerAdministrator Administrator => _administrator ?? throw new InvalidOperationException("the cluster has not started");

    public virtual async ValueTask InitializeAsync()
    {
        _cluster = await StartClusterAsync();
        _administrator = _cluster.NewAdministrator();
    }

    private protected virtual Task<TestCluster> StartClusterAsync() => TestCluster.StartAsync(nodes: 5);

    public virtual async ValueTask DisposeAsync()
    {
        if (_administrator is not null)
            await _administrator.DisposeAsync();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    /// <summary>Keys of 2 of 3 on a, b, c if no others are named, for raw bytes.</summary>
    internal async Task<IReadOnlyList<SigningKey>> CreateAsync(KeySuite suite, int count, string label = "rotated", params string[] nodes)
    {
        await using var client = Cluster.NewClient();
        return await client.CreateKeysAsync(new()
        {
            Threshold = 2,
            Nodes = 3,
            NodeNames = nodes.Length > 0 ? nodes : First,
            Suite = suite,
            Count = count,
            Use = KeyUse.TransactionsAndRaw,
            Labels = [.. Enumerable.Range(0, count).Select(_ => label)],
        });
    }

    internal static KeySelection Select(params IEnumerable<SigningKey> keys) => KeySelection.Of(keys.Select(k => k.Id));

    /// <summary>Signs and submits a file of one job.</summary>
    internal async Task<JobStatus> SubmitAsync(JobFile file, string? node = null) =>
        Assert.Single(await Administrator.SubmitAsync(await Administrator.SignAsync(file), node));

    /// <summary>Runs a file of one job to its end, which must be a good one.</summary>
    internal async Task<JobStatus> CompleteAsync(JobFile file, string? node = null) => await CompletedAsync(await SubmitAsync(file, node));

    internal async Task<JobStatus> CompletedAsync(JobStatus job)
    {
        var end = await EndAsync(job);
        Assert.True(end.State == JobStanding.Completed, $"{Describe(end)}\n{Cluster.Logs}");
        return end;
    }

    /// <summary>The job once it is over, whatever becomes of its node in between.</summary>
    internal async Task<JobStatus> EndAsync(JobStatus job)
    {
        var last = job;
        await Wait.UntilAsync(async () =>
        {
            try
            {
                last = await Administrator.GetJobAsync(job.Job, job.Node);
            }
            catch (MpcSignerException e) when (e.IsRetryable)
            {
                return false;
            }
            return last.State != JobStanding.Running;
        }, JobLimit, () => $"the job does not end: {Describe(last)}\n{Cluster.Logs}");
        return last;
    }

    internal static string Describe(JobStatus job) =>
        $"{job.Title} at {job.Node}: {job.State} {job.Detail}; {string.Join("; ", job.Steps.Select(s => $"{s.State} after {s.Tried} orders {s.Outcome}"))}";

    /// <summary>Waits until every party of the key uses the generation.</summary>
    internal async Task InUseAsync(SigningKey key, uint generation, params string[] parties)
    {
        var last = "";
        await Wait.UntilAsync(async () =>
        {
            var shown = Assert.Single(await Administrator.GetKeysAsync(Select(key)));
            last = $"generation {shown.Generation} of {shown.Threshold}; {string.Join("; ", shown.Parties)}";
            Assert.True(shown.PublicKey.Span.SequenceEqual(key.PublicKey.Span), "the public key has changed");
            return shown.Generation == generation && shown.Parties.All(p => p.Current) && shown.Parties.Select(p => p.Node).Order().SequenceEqual(parties.Order());
        }, JobLimit, () => $"generation {generation} of key {key.Id} is not in use everywhere: {last}\n{Cluster.Logs}");
    }

    /// <summary>Waits until a node has erased its share of a generation.</summary>
    internal async Task ErasedAsync(SigningKey key, uint generation, string node)
    {
        Assert.True(KeyId.TryParse(key.Id, out var id));
        var last = "";
        await Wait.UntilAsync(async () =>
        {
            var (state, share) = await NodeLog.WithStoreAsync(Cluster, Cluster[node], async store =>
            {
                var rows = (StoreAnswer.Generations)(await store.ReadAsync([new StoreQuery.FindGenerations(id)], CancellationToken.None))[0];
                return (rows.Rows.First(r => r.Record.Generation == generation).State, await store.ReadSealedShareAsync(id, generation, CancellationToken.None));
            });
            last = $"{state}, {(share is null ? "no share" : "a share")}";
            return state == KeyState.Erased && share is null;
        }, JobLimit, () => $"node {node} keeps generation {generation} of key {key.Id}: {last}\n{Cluster.Logs}");
    }
}
