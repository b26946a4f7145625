using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Rpc;
using Xunit;

namespace MpcSigner.Node.Tests.RunningNode;

/// <summary>One running node of a cluster of three, and channels to it under any certificate.</summary>
public sealed class RunningNodeFixture : IAsyncLifetime
{
    private TestCluster? _cluster;

    internal TestCluster Cluster => _cluster ?? throw new InvalidOperationException("the node has not started");

    internal TestNode Node => Cluster["a"];

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.CreateAsync();
        await Node.StartAsync();
    }

    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <param name="client">Null: none is shown.</param>
    internal RpcChannel Channel(X509Certificate2? client) => new(new RpcChannelOptions
    {
        Address = new Uri($"https://{Node.Address}"),
        TrustedRoots = [Cluster.Authority.Root],
        ClientCertificate = client,
    });

    /// <summary>The key that the roster pins for the client.</summary>
    internal ECDsa ClientTlsKey() => Cluster.ClientCertificate.GetECDsaPrivateKey()!;

    internal X509Certificate2 CertificateOf(string node) => X509Certificate2.CreateFromPemFile(
        Path.Combine(Cluster[node].Directory, "tls.crt"), Path.Combine(Cluster[node].Directory, "tls.key"));
}
