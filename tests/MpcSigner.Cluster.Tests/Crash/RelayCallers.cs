using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Identities;
using MpcSigner.Node.Tls;
using MpcSigner.Rpc;
using MpcSigner.Rpc.Server;

namespace MpcSigner.Cluster.Tests.Crash;

/// <summary>Everybody who may come to a relay, with the TLS key to go on with to the node behind: the cluster's nodes, its client and its administrator.</summary>
internal sealed class RelayCallers : IDisposable
{
    private readonly Dictionary<Digest32, string> _names = [];
    private readonly Dictionary<string, Lazy<RpcChannel>> _channels = [];
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _links = [];
    private readonly List<X509Certificate2> _certificates = [];
    private readonly TestCluster _cluster;
    private readonly TestNode _callee;
    private readonly string _behind;

    /// <param name="behind">host:port where the callee listens.</param>
    public RelayCallers(TestCluster cluster, TestNode callee, string behind)
    {
        (_cluster, _callee, _behind) = (cluster, callee, behind);
        foreach (var node in cluster.Nodes)
        {
            var certificate = ForeignCertificates.OfNode(node);
            _certificates.Add(certificate);
            Know(node.Name, certificate);
        }
        Know(TestCluster.ClientName, cluster.ClientCertificate);
        Know(TestCluster.Administrator, cluster.AdministratorCertificate);
    }

    /// <summary>The callee's own certificate.</summary>
    public X509Certificate2 OfCallee => _certificates[_cluster.Nodes.ToList().IndexOf(_callee)];

    /// <summary>Whose certificate the connection bears.</summary>
    public string NameOf(ServerCallContext context) =>
        context.GetPeerCertificate() is { } shown && _names.TryGetValue(NodeCertificate.PinOf(shown), out var name)
            ? name
            : throw new RpcException(new(StatusCode.PermissionDenied, "nobody that the relay knows"));

    /// <summary>To the node behind, over the connection that all calls of that name share.</summary>
    /// <exception cref="RpcException">The link is cut.</exception>
    public CallInvoker Behind(ServerCallContext context)
    {
        var name = NameOf(context);
        return Link(name).IsCancellationRequested ? throw Cut() : _channels[name].Value.CreateCallInvoker();
    }

    /// <summary>Fires when the link is cut.</summary>
    public CancellationToken Link(string name) => _links.GetOrAdd(name, static _ => new()).Token;

    /// <summary>From here on nothing of that name is passed, and what is under way ends.</summary>
    public void Cut(string name) => _links.GetOrAdd(name, static _ => new()).Cancel();

    public void Heal(string name) => _links.TryRemove(name, out _);

    public static RpcException Cut() => new(new(StatusCode.Unavailable, "cut"));

    /// <summary>A connection of its own.</summary>
    public RpcChannel NewChannel(X509Certificate2 certificate)
    {
        var pins = _cluster.Roster.Nodes.First(node => node.Name == _callee.Name).TlsPins;
        return new(new()
        {
            Address = new($"https://{_behind}"),
            ServerCertificate = (shown, _) => pins.Contains(NodeCertificate.PinOf(shown)),
            ClientCertificate = certificate,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        });
    }

    /// <summary>A connection of its own, as a node.</summary>
    public RpcChannel NewChannel(TestNode caller) => NewChannel(_certificates[_cluster.Nodes.ToList().IndexOf(caller)]);

    private void Know(string name, X509Certificate2 certificate)
    {
        _names.Add(NodeCertificate.PinOf(certificate), name);
        _channels.Add(name, new(() => NewChannel(certificate)));
    }

    public void Dispose()
    {
        foreach (var channel in _channels.Values.Where(channel => channel.IsValueCreated))
            channel.Value.Dispose();
        _certificates.ForEach(certificate => certificate.Dispose());
    }
}
