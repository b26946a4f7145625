using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tests.Cli;
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
        await KeepAsync(_cluster["b"], [large, small, .. Enumerable.Range(10, StoreLimits.MaxEvidencePerKind).Select(i => Evidence((byte)i, accused, 10))]);
        await using var administrator = _cluster.NewAdministrator();
        var found = await administrator.ListEvidenceAsync();
        Assert.Empty(found.Silent);
        Assert.Equal(StoreLimits.MaxEvidencePerKind + 1, found.Entries.Count);
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

        await CheckCommandLineAsync(large, small);

        // Nobody else is let in, and what is asked for has bounds.
        using var client = new RpcChannel(new() { Address = new Uri($"https://{_cluster["b"].Address}"), TrustedRoots = [_cluster.Authority.Root], ClientCertificate = _cluster.ClientCertificate });
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await new V1.AdminService.AdminServiceClient(client).ListEvidenceAsync(new(), Soon));
        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
        using var admin = new RpcChannel(new() { Address = new Uri($"https://{_cluster["b"].Address}"), TrustedRoots = [_cluster.Authority.Root], ClientCertificate = _cluster.AdministratorCertificate });
        var service = new V1.AdminService.AdminServiceClient(admin);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await service.ListEvidenceAsync(new() { Limit = 1_001 }, Soon))).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await service.GetEvidenceAsync(new() { From = StoreLimits.MaxEvidenceBytes }, Soon))).StatusCode);
        var page = await service.ListEvidenceAsync(new() { Offset = 1, Limit = 2 }, Soon);
        Assert.Equal((2, 3u), (page.Evidence.Count, page.Next));
    }

    /// <summary>The same by an administrator's folder and the verbs.</summary>
    private async Task CheckCommandLineAsync(StoreWrite.PutEvidence large, StoreWrite.PutEvidence small)
    {
        var folder = Path.Combine(_cluster.Folder, "administrator");
        Directory.CreateDirectory(folder);
        string In(string name) => Path.Combine(folder, name);
        File.Copy(Path.Combine(_cluster.Folder, "roster.yaml"), In(ClientFolder.Roster));
        File.Copy(Path.Combine(_cluster.Folder, "roster.sig.yaml"), In(ClientFolder.RosterSignature));
        File.WriteAllText(In(ClientFolder.AdministratorKey), Convert.ToHexStringLower(_cluster.AdministratorKey.PublicKey.Bytes) + "\n");
        File.Copy(_cluster.Authority.CertificatePath, In(ClientFolder.Authorities));
        File.WriteAllText(In(ClientFolder.TlsCertificate), _cluster.AdministratorCertificate.ExportCertificatePem());
        using var key = _cluster.AdministratorCertificate.GetECDsaPrivateKey()!;
        File.WriteAllText(In(ClientFolder.TlsKey), key.ExportPkcs8PrivateKeyPem());

        var listed = (await CliRun.Of("evidence", "list", "--admin", folder, "--node", "b", "--output", "json")).Ends(0).Json;
        Assert.Equal(StoreLimits.MaxEvidencePerKind + 1, listed.GetProperty("evidence").GetArrayLength());
        var shown = listed.GetProperty("evidence").EnumerateArray().Single(entry => entry.GetProperty("id").GetString() == $"{large.Row.Id}");
        Assert.Equal(("b", "c", "BadDealtShare", "key generation"),
            (shown.GetProperty("node").GetString(), shown.GetProperty("culprit").GetString(), shown.GetProperty("fault").GetString(), shown.GetProperty("protocol").GetString()));
        var text = (await CliRun.Of("evidence", "list", "--admin", folder)).Ends(0).Output;
        Assert.Contains($"{small.Row.Id}", text, StringComparison.Ordinal);
        Assert.Contains("b did not keep 1 more against c", text, StringComparison.Ordinal);
        Assert.Contains("No node keeps any evidence.", (await CliRun.Of("evidence", "list", "--admin", folder, "--node", "a")).Ends(0).Output, StringComparison.Ordinal);

        (await CliRun.Of("evidence", "export", $"{large.Row.Id}", "--out", In("evidence.bin"), "--admin", folder)).Ends(0);
        Assert.Equal(large.File.ToArray(), await File.ReadAllBytesAsync(In("evidence.bin")));
        Assert.Equal("UNKNOWN_EVIDENCE", (await CliRun.Of("evidence", "export", new string('0', 64), "--out", In("none.bin"), "--admin", folder, "--output", "json")).Ends(1).Reason);
        Assert.False(File.Exists(In("none.bin")));
        // What a node keeps is believed by nobody: these bytes are no evidence.
        (await CliRun.Of("evidence", "verify", In("evidence.bin"), "--roster", folder)).Ends(2);
    }

    private static CallOptions Soon => new(deadline: DateTime.UtcNow.AddSeconds(10));
}
