using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using MpcSigner.Client;
using MpcSigner.Cryptography.Statements;
using MpcSigner.Node.Tls;
using MpcSigner.Rpc;
using MpcSigner.Wire.Errors;
using Xunit;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Cluster.Tests.Fixture;

/// <summary>Calls one node as the client library never would: with any body, any signature, any certificate.</summary>
internal sealed class DirectCaller : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly RpcChannel _channel;

    /// <param name="certificate">Shown in the handshake; null for none.</param>
    public DirectCaller(TestCluster cluster, TestNode node, X509Certificate2? certificate)
    {
        var pins = cluster.Roster.Nodes.First(n => n.Name == node.Name).TlsPins;
        _channel = new(new()
        {
            Address = new($"https://{node.Address}"),
            ServerCertificate = (shown, _) => pins.Contains(NodeCertificate.PinOf(shown)),
            ClientCertificate = certificate,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        });
        Keys = new(_channel);
        Signing = new(_channel);
        Status = new(_channel);
        Administration = new(_channel);
        Health = new(_channel);
    }

    public V1.KeyService.KeyServiceClient Keys { get; }

    public V1.SigningService.SigningServiceClient Signing { get; }

    public V1.NodeService.NodeServiceClient Status { get; }

    public V1.AdminService.AdminServiceClient Administration { get; }

    public Health.HealthClient Health { get; }

    public static CallOptions Soon => new(deadline: DateTime.UtcNow + Patience);

    /// <summary>A body as the cluster's client would write it, without an action.</summary>
    public static V1.RequestBody Body(TestCluster cluster)
    {
        var now = DateTimeOffset.UtcNow;
        return new()
        {
            ClusterId = ByteString.CopyFrom(cluster.Roster.Cluster.ToArray()),
            IdempotencyKey = Guid.NewGuid().ToString("N"),
            IssuedAtMs = now.ToUnixTimeMilliseconds(),
            ExpiresAtMs = now.AddMinutes(5).ToUnixTimeMilliseconds(),
        };
    }

    public static Task<V1.SignedRequest> SignAsync(V1.RequestBody body, IRequestSigner signer, ReadOnlyMemory<byte>? clientId = null) =>
        SignAsync(body.ToByteArray(), signer, clientId);

    /// <summary>Signs any bytes as a request's body.</summary>
    /// <param name="clientId">As whom; null: as the signer's own id.</param>
    public static async Task<V1.SignedRequest> SignAsync(byte[] body, IRequestSigner signer, ReadOnlyMemory<byte>? clientId = null) => new()
    {
        Body = ByteString.CopyFrom(body),
        ClientId = ByteString.CopyFrom((clientId ?? System.Security.Cryptography.SHA256.HashData(signer.PublicKey.Span)).Span),
        Signature = ByteString.CopyFrom(await signer.SignAsync(RequestStatements.ClientRequest(body).ToArray(), CancellationToken.None)),
    };

    /// <summary>Sends a creation and reads its whole answer.</summary>
    public async Task<IReadOnlyList<V1.Key>> CreateAsync(V1.SignedRequest request)
    {
        using var call = Keys.CreateKeys(request, Soon);
        var keys = new List<V1.Key>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            if (call.ResponseStream.Current.Keys is { } page)
                keys.AddRange(page.Keys);
        }
        return keys;
    }

    public async Task<V1.SignResponse> SignAsync(V1.SignedRequest request) => await Signing.SignAsync(request, Soon);

    /// <summary>The refusal that a call ends with; one without the service's own detail fails the test.</summary>
    public static async Task<(StatusCode Code, V1.ErrorDetail Detail)> RefusalAsync(Task call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => call);
        var bytes = refused.Trailers.FirstOrDefault(e => e.Key == StatusMapping.DetailsTrailer)?.ValueBytes;
        Assert.True(bytes is not null, $"a refusal without details: {refused.Status}");
        var status = Wire.GoogleRpc.Status.Parser.ParseFrom(bytes);
        Assert.Equal((int)refused.StatusCode, status.Code);
        foreach (var any in status.Details)
        {
            if (any.TryUnpack<V1.ErrorDetail>(out var detail))
                return (refused.StatusCode, detail);
        }
        throw new Xunit.Sdk.XunitException($"a refusal without our detail: {status}");
    }

    public void Dispose() => _channel.Dispose();
}
