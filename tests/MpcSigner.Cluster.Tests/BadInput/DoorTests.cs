using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Health.V1;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Rpc;
using Xunit;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Cluster.Tests.BadInput;

/// <summary>Who may come in: a certificate of the cluster's authority, in time, whose key the roster pins; and then only to the services meant for it.</summary>
[Collection(SharedCluster.Name)]
public class DoorTests(ClusterFixture fixture)
{
    private TestCluster Cluster => fixture.Cluster;

    private TestNode Node => Cluster["a"];

    [Fact]
    public Task Rejects_a_client_without_certificate() => RejectsAsync(null);

    [Fact]
    public async Task Rejects_an_expired_certificate()
    {
        using var expired = ForeignCertificates.WithDates(Cluster, Cluster.ClientCertificate, DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddMinutes(-1));
        await RejectsAsync(expired);
        Assert.Contains("is not acceptable", Node.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_a_certificate_that_is_not_valid_yet()
    {
        using var early = ForeignCertificates.WithDates(Cluster, Cluster.ClientCertificate, DateTimeOffset.UtcNow.AddMinutes(30), DateTimeOffset.UtcNow.AddDays(1));
        await RejectsAsync(early);
    }

    [Fact]
    public async Task Rejects_a_certificate_of_another_authority_though_its_key_is_pinned()
    {
        using var foreign = ForeignCertificates.OfAnotherAuthority(Cluster.ClientCertificate);
        await RejectsAsync(foreign);
    }

    [Fact]
    public async Task Rejects_a_certificate_of_the_authority_whose_key_nobody_pins()
    {
        using var unknown = Cluster.Authority.Issue(TestCluster.ClientName);
        await RejectsAsync(unknown);
    }

    [Fact]
    public async Task Rejects_the_nodes_own_certificate_at_its_own_door()
    {
        using var own = ForeignCertificates.OfNode(Node);
        await RejectsAsync(own);
    }

    [Fact]
    public async Task Rejects_a_node_at_the_clients_services_and_a_client_at_the_nodes()
    {
        using var peer = ForeignCertificates.OfNode(Cluster["b"]);
        using var caller = new DirectCaller(Cluster, Node, peer);
        foreach (var call in (Func<Task>[])
        [
            async () => await caller.Status.GetStatusAsync(new(), DirectCaller.Soon),
            async () => await caller.Keys.ListKeysAsync(new(), DirectCaller.Soon),
            async () => await caller.Signing.SignAsync(new(), DirectCaller.Soon),
        ])
            Assert.Equal("NOT_ENTITLED", (await DirectCaller.RefusalAsync(call())).Detail.Reason);

        var address = Node.Address;
        using var channel = new RpcChannel(new() { Address = new($"https://{address}"), ServerCertificate = (_, _) => true, ClientCertificate = Cluster.ClientCertificate });
        var peers = new V1.PeerService.PeerServiceClient(channel);
        var hello = peers.HelloAsync(new(), DirectCaller.Soon).ResponseAsync;
        Assert.Equal("NOT_ENTITLED", (await DirectCaller.RefusalAsync(hello)).Detail.Reason);
        var asked = peers.AskOrderAsync(new(), DirectCaller.Soon).ResponseAsync;
        Assert.Equal("NOT_ENTITLED", (await DirectCaller.RefusalAsync(asked)).Detail.Reason);
    }

    /// <summary>No call goes through, and the node serves its clients as before.</summary>
    private async Task RejectsAsync(X509Certificate2? certificate)
    {
        using (var caller = new DirectCaller(Cluster, Node, certificate))
        {
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await caller.Health.CheckAsync(new HealthCheckRequest(), DirectCaller.Soon));
            Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        }
        using var client = new DirectCaller(Cluster, Node, Cluster.ClientCertificate);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await client.Health.CheckAsync(new HealthCheckRequest(), DirectCaller.Soon)).Status);
    }
}
