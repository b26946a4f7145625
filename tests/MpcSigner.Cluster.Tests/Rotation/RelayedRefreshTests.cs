using System.Diagnostics;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Crash;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>A refresh whose every message, one after the other, is the last before the stream breaks, or before one of its nodes is killed (P10): the job ends well by itself, and the key signs.</summary>
[Trait("tier", "rotation")]
public sealed class RelayedRefreshTests(RelayedCluster relayed, ITestOutputHelper output) : IClassFixture<RelayedCluster>
{
    private static readonly TimeSpan JobLimit = TimeSpan.FromSeconds(150);

    /// <summary>A refresh of one key between two nodes has fewer messages: START, and READY, three rounds, ACK, certificate and DONE of both.</summary>
    private const int MostMessages = 40;

    private const int FewestMessages = 9;

    private PeerRelay Relay => relayed.Relay;

    [Fact]
    [Trait("row", "T28a@refresh")]
    public async Task P10_A_stream_that_breaks_at_any_message_of_a_refresh() => await AtEachMessageAsync("breaks", static () => Task.FromException(new Grpc.Core.RpcException(new(Grpc.Core.StatusCode.Unavailable, "cut"))));

    [Fact]
    public async Task P10_The_coordinator_killed_at_any_message_of_a_refresh() => await AtEachMessageAsync("killed", relayed.Coordinator.KillAsync, relayed.Coordinator);

    [Fact]
    public async Task P10_The_participant_killed_at_any_message_of_a_refresh() => await AtEachMessageAsync("killed", relayed.Signer.KillAsync, relayed.Signer);

    /// <param name="victim">Started again afterwards.</param>
    private async Task AtEachMessageAsync(string what, Func<Task> strike, TestNode? victim = null)
    {
        var key = await relayed.CreateAsync(KeySuite.Ed25519);
        await using var administrator = relayed.Cluster.NewAdministrator();
        Relay.Only = ProtocolKind.Refresh;
        for (var message = 0; ; message++)
        {
            Assert.True(message < MostMessages, "a refresh has no end");
            var file = await administrator.SignAsync(await administrator.ComposeRefreshAsync(RotationCluster.Select(key), relayed.Coordinator.Name));
            var struck = StrikeAt(message, strike);
            var job = Assert.Single(await administrator.SubmitAsync(file));
            var ended = EndAsync(administrator, job);
            if (await Task.WhenAny(struck, ended) == struck && victim is not null)
                await victim.StartAsync();
            var end = await ended;
            Relay.OnEnvelope = PeerRelay.PassOn;
            output.WriteLine($"{what} at message {message}: {RotationCluster.Describe(end)}");
            Assert.True(end.State == JobStanding.Completed, $"{what} at message {message}: {RotationCluster.Describe(end)}\n{relayed.Cluster.Logs}");
            await SignsAsync(administrator, key, (uint)message + 1);
            if (struck.IsCompleted)
                continue;
            Assert.True(message > FewestMessages, $"a refresh had {message} messages only");
            return;
        }
    }

    /// <summary>Done once the message was on its way and the blow has fallen.</summary>
    private Task StrikeAt(int message, Func<Task> strike)
    {
        var struck = new TaskCompletionSource();
        Relay.CountAnew();
        Relay.OnEnvelope = async (number, _, pass) =>
        {
            if (number == message)
            {
                Relay.OnEnvelope = PeerRelay.PassOn;
                try
                {
                    await strike();
                }
                finally
                {
                    struck.SetResult();
                }
            }
            await pass();
        };
        return struck.Task;
    }

    private static async Task<JobStatus> EndAsync(MpcSignerAdministrator administrator, JobStatus job)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < JobLimit; await Task.Delay(50))
        {
            try
            {
                job = await administrator.GetJobAsync(job.Job, job.Node);
                if (job.State != JobStanding.Running)
                    return job;
            }
            catch (MpcSignerException e) when (e.IsRetryable)
            {
                // its node is on its way back
            }
        }
        return job;
    }

    private async Task SignsAsync(MpcSignerAdministrator administrator, SigningKey key, uint generation)
    {
        await Wait.UntilAsync(async () =>
        {
            var shown = Assert.Single(await administrator.GetKeysAsync(RotationCluster.Select(key)));
            Assert.True(shown.PublicKey.Span.SequenceEqual(key.PublicKey.Span), "the public key has changed");
            return shown.Generation == generation && shown.Parties.All(party => party.Current);
        }, JobLimit, () => $"generation {generation} is not in use everywhere\n{relayed.Cluster.Logs}");
        Assert.NotEmpty(await relayed.SignAsync(await relayed.RequestAsync(key)));
    }
}
