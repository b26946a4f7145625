using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Tests.Rpc;
using Xunit;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Cluster.Tests.ForeignClients;

/// <summary>A real node called by gRPC clients that are not ours, over mutual TLS: @grpc/grpc-js and Python's grpcio.</summary>
[Collection(SharedCluster.Name)]
public class ForeignClientTests(ClusterFixture fixture)
{
    private const string ClientProto = "mpcsigner/v1/client.proto";
    private const string HealthProto = "grpc/health/v1/health.proto";
    private const string Status = "mpcsigner.v1.NodeService/GetStatus";
    private const string Watch = "grpc.health.v1.Health/Watch";
    private const string Sign = "mpcsigner.v1.SigningService/Sign";

    /// <summary>Above what a node reads (8 MiB).</summary>
    private const int TooLarge = 9 << 20;

    private TestCluster Cluster => fixture.Cluster;

    public static TheoryData<string> Clients => ["grpc-js", "grpcio"];

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Health_status_and_keys_are_read(string judge)
    {
        var health = await Caller(judge, HealthProto).CallAsync("grpc.health.v1.Health/Check", "--request", "{}");
        Ends(StatusCode.OK, health);
        Assert.Equal("SERVING", Single(health).GetProperty("status").GetString());

        var status = await Caller(judge, ClientProto).CallAsync(Status, "--request", "{}");
        Ends(StatusCode.OK, status);
        Assert.Equal(Cluster.Roster.Nodes.First(n => n.Name == "a").Nid.ToArray(), Single(status).GetProperty("nid").GetBytesFromBase64());
        Assert.True(Single(status).GetProperty("ready").GetBoolean());
        Assert.Equal(2, Single(status).GetProperty("peers").GetArrayLength());

        var unknown = await Caller(judge, ClientProto).CallAsync("mpcsigner.v1.KeyService/GetKey", "--request", $$"""{"key_id":"{{Convert.ToBase64String(new byte[32])}}"}""");
        Ends(StatusCode.NotFound, unknown);
        var details = unknown.GetProperty("trailers").GetProperty("grpc-status-details-bin")[0].GetBytesFromBase64();
        Assert.Contains(Wire.GoogleRpc.Status.Parser.ParseFrom(details).Details, d => d.TryUnpack<V1.ErrorDetail>(out var detail) && detail.Reason == "UNKNOWN_KEY");
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_key_is_made_and_signs(string judge)
    {
        var signer = Cluster.ClientOptions().Signer;
        var creation = DirectCaller.Body(Cluster);
        creation.CreateKeys = new() { Suite = V1.Suite.FrostEd25519, Threshold = 2, Count = 1, Usage = V1.KeyUsage.TransactionsAndRaw };
        creation.CreateKeys.Parties.AddRange(Cluster.Roster.Nodes.Select((n, i) => new V1.Party { Pid = (uint)i + 1, Nid = ByteString.CopyFrom(n.Nid.ToArray()) }));
        var created = await Caller(judge, ClientProto).CallAsync("mpcsigner.v1.KeyService/CreateKeys", "--request", Json(await DirectCaller.SignAsync(creation, signer)));
        Ends(StatusCode.OK, created);
        var messages = created.GetProperty("messages").EnumerateArray().ToList();
        Assert.True(messages.Count > 1, "no progress was streamed before the keys");
        var key = messages[^1].GetProperty("keys").GetProperty("keys")[0];
        Assert.NotEmpty(key.GetProperty("certificate").GetBytesFromBase64());

        var signing = DirectCaller.Body(Cluster);
        signing.Sign = new() { KeyId = ByteString.CopyFrom(key.GetProperty("key_id").GetBytesFromBase64()), PayloadKind = V1.PayloadKind.Raw, Payload = ByteString.CopyFromUtf8("hello") };
        var signed = await Caller(judge, ClientProto).CallAsync(Sign, "--request", Json(await DirectCaller.SignAsync(signing, signer)));
        Ends(StatusCode.OK, signed);
        await using var client = Cluster.NewClient();
        var verified = await client.GetKeyAsync(Convert.ToHexStringLower(signing.Sign.KeyId.Span));
        Assert.True(Ed25519Signature.Verify(verified.PublicKey.Span, "hello"u8, Single(signed).GetProperty("signature").GetBytesFromBase64()));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Deadlines_and_cancellations_end_a_stream(string judge)
    {
        var late = await Caller(judge, HealthProto).CallAsync(Watch, "--request", "{}", "--deadline", "700");
        Ends(StatusCode.DeadlineExceeded, late);
        Assert.Equal("SERVING", Single(late).GetProperty("status").GetString());

        var cancelled = await Caller(judge, HealthProto).CallAsync(Watch, "--request", "{}", "--cancel-after", "1");
        Ends(StatusCode.Cancelled, cancelled);
        Assert.Equal("SERVING", Single(cancelled).GetProperty("status").GetString());
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Rejects_unknown_methods_and_messages_too_large(string judge)
    {
        var caller = Caller(judge, ClientProto);
        Ends(StatusCode.Unimplemented, await caller.CallAsync(Status, "--request", "{}", "--path", "/mpcsigner.v1.NodeService/Nothing"));
        Ends(StatusCode.Unimplemented, await caller.CallAsync(Status, "--request", "{}", "--path", "/mpcsigner.v9.Nothing/Nothing"));

        var path = Path.Combine(Cluster.Folder, $"large-{judge}.json");
        await File.WriteAllTextAsync(path, $$"""{"body":"{{Convert.ToBase64String(new byte[TooLarge])}}"}""");
        var large = await caller.CallAsync(Sign, "--request", "@" + path);
        Ends(StatusCode.ResourceExhausted, large);
        // A body within the message bound but above a request's own is a refusal of the service.
        await File.WriteAllTextAsync(path, $$"""{"body":"{{Convert.ToBase64String(new byte[2 << 20])}}"}""");
        Ends(StatusCode.InvalidArgument, await caller.CallAsync(Sign, "--request", "@" + path));
        // And what is too large for the client, the client says.
        Ends(StatusCode.ResourceExhausted, await caller.CallAsync(Status, "--request", "{}", "--max-receive", "20"));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Rejects_a_client_without_certificate(string judge)
    {
        var nobody = Caller(judge, HealthProto) with { CertificatePath = null, KeyPath = null };
        Ends(StatusCode.Unavailable, await nobody.CallAsync("grpc.health.v1.Health/Check", "--request", "{}", "--deadline", "10000"));
    }

    private ForeignCall Caller(string judge, string proto)
    {
        var certificate = Path.Combine(Cluster.Folder, "judge.pem");
        var key = Path.Combine(Cluster.Folder, "judge.key");
        if (!File.Exists(key))
        {
            File.WriteAllText(certificate, Cluster.ClientCertificate.ExportCertificatePem());
            using var privateKey = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(Cluster.ClientCertificate)!;
            File.WriteAllText(key, privateKey.ExportPkcs8PrivateKeyPem());
        }
        return new ForeignCall(judge, Cluster["a"].Address, Cluster.Authority.CertificatePath) { CertificatePath = certificate, KeyPath = key }.OfWire(proto) with { Descriptors = Descriptors() };
    }

    /// <summary>What the Python judge reads in place of protos, out of the descriptors that are compiled in.</summary>
    private string Descriptors()
    {
        var path = Path.Combine(Cluster.Folder, "wire.protoset");
        if (!File.Exists(path))
        {
            var set = new FileDescriptorSet();
            Add(V1.KeyService.Descriptor.File);
            Add(Grpc.Health.V1.Health.Descriptor.File);
            File.WriteAllBytes(path, set.ToByteArray());

            void Add(FileDescriptor file)
            {
                foreach (var dependency in file.Dependencies)
                    Add(dependency);
                if (set.File.All(f => f.Name != file.Name))
                    set.File.Add(file.ToProto());
            }
        }
        return path;
    }

    private static string Json(V1.SignedRequest request) => JsonSerializer.Serialize(new Dictionary<string, string>
    {
        ["body"] = request.Body.ToBase64(),
        ["client_id"] = request.ClientId.ToBase64(),
        ["signature"] = request.Signature.ToBase64(),
    });

    private static JsonElement Single(JsonElement result) => Assert.Single(result.GetProperty("messages").EnumerateArray());

    private static void Ends(StatusCode expected, JsonElement result) =>
        Assert.True((int)expected == result.GetProperty("code").GetInt32(), $"expected {expected}: {result}");
}
