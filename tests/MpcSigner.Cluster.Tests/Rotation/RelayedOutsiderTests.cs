using MpcSigner.Client;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>A reshare of a and b to a, b and d, of which c, an old party, hears only afterwards, hit at each call that teaches it (P10): its old share is erased all the same, and its word signs nothing any more.</summary>
/// <remarks>Before the answer to PushMaintained order, records and certificate are on the disk of c; its old share goes on the DONEs of all new parties, for which it asks.</remarks>
[Trait("tier", "rotation")]
public sealed class RelayedOutsiderTests(RelayedRotationOfFour rotation, ITestOutputHelper output) : IClassFixture<RelayedRotationOfFour>
{
    private const string Coordinator = RelayedRotation.Coordinator;
    private const string Outsider = "c";

    private static readonly string[] NewParties = [Coordinator, "b", "d"];

    [Fact]
    public async Task P10_Coordinator_and_outsider_killed_and_cut_at_any_call_that_teaches_a_reshare()
    {
        Moment[] moments = [.. Moment.OfTeaching(Coordinator, "AskMaintenance", Outsider), .. Moment.OfTeaching(Coordinator, "PushMaintained", Outsider)];
        var keys = await rotation.CreateAsync(KeySuite.Ed25519, moments.Length);
        await rotation.AtEachAsync(moments, new(ProtocolKind.Reshare, keys, ComposeAsync, 1, NewParties) { Also = IsOutAsync }, output.WriteLine);

        Task<JobFile> ComposeAsync(SigningKey key) => rotation.Administrator.ComposeReshareAsync(
            RotationCluster.Select(key), new() { Threshold = 2, Nodes = NewParties, Dealers = [Coordinator, "b"] }, Coordinator);

        async Task IsOutAsync(SigningKey key)
        {
            await rotation.ErasedAsync(key, 0, Outsider);
            Assert.Equal("WRONG_NODE", (await DirectRefusal.OfAsync(rotation.Cluster, Outsider, key)).Reason);
        }
    }
}
