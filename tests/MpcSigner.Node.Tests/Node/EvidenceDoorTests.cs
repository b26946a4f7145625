using System.Security.Cryptography;
using Grpc.Core;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Node.Start;
using MpcSigner.Rpc;
using MpcSigner.Storage;
using MpcSigner.Storage.Sqlite;
using Xunit;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Tests.RunningNode;

/// <summary>What a running node keeps as evidence, as administrators get it: across a restart, in pieces, and nobody else.</summary>
[Trait("row", "X-evidence")]
public sealed class EvidenceDoorTests : IAsyncLifetime
{
    private TestCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await TestCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    /// <summary>As the node itself would have written it: by the writes of its store, while it does not run.</summary>
    private async Task KeepAsync(TestNode node, params IReadOnlyList<StoreWrite> writes)
    {
        Assert.Equal(0, await node.StopAsync());
        var nid = _cluster.Roster.Nodes.Single(member => member.Name == node.Name).Nid;
        await using (var store = SqliteNodeStore.Open(new NodeDirectory(node.Directory).Store, new StoreIdentity(_cluster.Roster.Cluster, nid), TimeProvider.System))
            await store.CommitAsync(writes, CancellationToken.None);
        await node.StartAsync();
        await _cluster.WaitUntilReadyAsync();
    }

    private static StoreWrite.PutEvidence Evidence(byte number, NodeId culprit, int size)
    {
        var file = new byte[size];
        Array.Fill(file, number);
        return new(new(new(SHA256.HashData(file)), culprit, 2, 8, default, default, DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000 + number), size), file);
    }

    [Fact]
    public async Task Administrators_list_and_fetch_what_a_node_keeps()
    {
        var accused = _cluster.Roster.Nodes.Single(node => node.Name == "c").Nid;
        var (large, small) = (Evidence(1, accused, (5 << 19) + 3), Evidence(2, default, 40));
        await KeepAsync(_cluster["b"], [large, small, .. Enumerable.Range(10, StoreLimits.MaxEvidencePerNode).Select(i => Evidence((byte)i, accused, 10))]);
        await using var administrator = _cluster.NewAdministrator();
        var found = await administrator.ListEvidenceAsync();
        Assert.Empty(found.Silent);
        Assert.Equal(StoreLimits.MaxEvidencePerNode + 1, found.Entries.Count);
        Assert.All(found.Entries, entry => Assert.Equal("b", entry.Node));
        var listed = found.Entries.Single(entry => entry.Id == $"{large.Row.Id}");
        Assert.Equal(("c", 2, 8, large.Row.Size, large.Row.FoundAt), (listed.Culprit, listed.Protocol, listed.Fault, listed.Size, listed.FoundAt));
        Assert.Equal("", found.Entries.Single(entry => entry.Id == $"{small.Row.Id}").Culprit);
        Assert.Equal(new("b", "c", 1), Assert.Single(found.NotKept));
        Assert.Empty((await administrator.ListEvidenceAsync("a")).Entries);

        Assert.Equal(large.File.ToArray(), await administrator.DownloadEvidenceAsync($"{large.Row.Id}"));
        Assert.Equal(small.File.ToArray(), await administrator.DownloadEvidenceAsync($"{small.Row.Id}", "b"));
        var elsewhere = await Assert.ThrowsAsync<MpcSignerException>(() => administrator.DownloadEvidenceAsync($"{small.Row.Id}", "a"));
        Assert.Equal("UNKNOWN_EVIDENCE", elsewhere.Reason);
        var nowhere = await Assert.ThrowsAsync<MpcSignerException>(() => administrator.DownloadEvidenceAsync(new string('0', 64)));
        Assert.Equal("UNKNOWN_EVIDENCE", nowhere.Reason);

        // Nobody else is let in, and what is asked for has bounds.
        using var client = new RpcChannel(new() { Address = new Uri($"https://{_cluster["b"].Address}"), TrustedRoots = [_cluster.Authority.Root], ClientCertificate = _cluster.ClientCertificate });
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await new V1.AdminService.AdminServiceClient(client).ListEvidenceAsync(new(), Soon));
        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
        using var admin = new RpcChannel(new() { Address = new Uri($"https://{_cluster["b"].Address}"), TrustedRoots = [_cluster.Authority.Root], ClientCertificate = _cluster.AdministratorCertificate });
        var service = new V1.AdminService.AdminServiceClient(admin);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await service.ListEvidenceAsync(new() { Limit = 1_001 }, Soon))).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await service.GetEvidenceAsync(new() { From = StoreLimits.MaxEvidenceBytes }, Soon))).StatusCode);
        var page = await service.ListEvidenceAsync(new() { Offset = 3, Limit = 2 }, Soon);
        Assert.Equal((2, 5u), (page.Evidence.Count, page.Next));
    }

    private static CallOptions Soon => new(deadline: DateTime.UtcNow.AddSeconds(10));
}
