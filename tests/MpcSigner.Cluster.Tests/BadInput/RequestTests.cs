using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Cryptography.Statements;
using Xunit;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Cluster.Tests.BadInput;

/// <summary>Requests that no node may act on, sent to a running cluster; and after each class of them it still works.</summary>
[Collection(SharedCluster.Name)]
public class RequestTests(ClusterFixture fixture) : IAsyncLifetime
{
    private DirectCaller _caller = null!;
    private MpcSignerClientOptions _options = null!;

    private TestCluster Cluster => fixture.Cluster;

    public ValueTask InitializeAsync()
    {
        _options = Cluster.ClientOptions();
        _caller = new(Cluster, Cluster["a"], Cluster.ClientCertificate);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _caller.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(1, 3, "BAD_THRESHOLD")]
    [InlineData(0, 3, "BAD_THRESHOLD")]
    [InlineData(4, 3, "BAD_THRESHOLD")]
    [InlineData(1, 1, "BAD_PARTICIPANTS")]
    [InlineData(2, 0, "BAD_PARTICIPANTS")]
    [InlineData(2, 17, "BAD_PARTICIPANTS")]
    [InlineData(2, 4, "BAD_PARTICIPANTS")] // within bounds, but the cluster has three
    public async Task Rejects_thresholds_and_numbers_of_nodes_out_of_range(int t, int n, string reason)
    {
        var creation = Creation(n);
        creation.CreateKeys.Threshold = (uint)t;
        var (code, detail) = await RefusedAsync(creation);
        Assert.Equal(reason, detail.Reason);
        Assert.Equal(StatusCode.InvalidArgument, code);
    }

    [Fact]
    public async Task Rejects_a_node_named_twice_and_a_number_given_twice()
    {
        var twice = Creation(3);
        twice.CreateKeys.Parties[2].Nid = twice.CreateKeys.Parties[1].Nid;
        Assert.Equal("BAD_PARTICIPANTS", (await RefusedAsync(twice)).Detail.Reason);

        var sameNumber = Creation(3);
        sameNumber.CreateKeys.Parties[2].Pid = 2;
        Assert.Equal("BAD_PARTICIPANTS", (await RefusedAsync(sameNumber)).Detail.Reason);
    }

    [Fact]
    public async Task Rejects_suites_that_are_unknown()
    {
        foreach (var suite in (V1.Suite[])[(V1.Suite)6, (V1.Suite)99, V1.Suite.Unspecified])
        {
            var creation = Creation(3);
            creation.CreateKeys.Suite = suite;
            Assert.Equal("UNSUPPORTED_SUITE", (await RefusedAsync(creation)).Detail.Reason);
        }
    }

    [Fact]
    public async Task Rejects_a_client_that_may_not_create_keys()
    {
        var other = Cluster.OtherClientOptions();
        using var caller = new DirectCaller(Cluster, Cluster["a"], other.TlsCertificate);
        var (code, detail) = await DirectCaller.RefusalAsync(caller.CreateAsync(await DirectCaller.SignAsync(Creation(3), other.Signer)));
        Assert.Equal((StatusCode.PermissionDenied, "NOT_ENTITLED"), (code, detail.Reason));
    }

    [Fact]
    public async Task Rejects_paths_and_outputs_that_keys_do_not_have()
    {
        var key = await Keys.RawAsync(Cluster);
        async Task<string> OfAsync(Action<V1.Sign> change)
        {
            var body = DirectCaller.Body(Cluster);
            body.Sign = new() { KeyId = ByteString.CopyFrom(Convert.FromHexString(key.Id)), PayloadKind = V1.PayloadKind.Raw, Payload = ByteString.CopyFromUtf8("x") };
            change(body.Sign);
            return (await RefusedAsync(body)).Detail.Reason;
        }
        Assert.Equal("BAD_DERIVATION_PATH", await OfAsync(s => s.Path.Add(1u << 31)));
        Assert.Equal("BAD_DERIVATION_PATH", await OfAsync(s => s.Path.Add(Enumerable.Repeat(0u, 11))));
        Assert.Equal("MALFORMED_REQUEST", await OfAsync(s => s.TaprootMode = V1.TaprootMode.KeyPath));
        Assert.Equal("MALFORMED_REQUEST", await OfAsync(s => s.TaprootMode = (V1.TaprootMode)2));
        Assert.Equal("MALFORMED_REQUEST", await OfAsync(s => s.MerkleRoot = ByteString.CopyFrom(new byte[32])));
    }

    [Fact]
    public async Task Rejects_an_unknown_key()
    {
        var body = DirectCaller.Body(Cluster);
        body.Sign = new() { KeyId = ByteString.CopyFrom(new byte[32]), PayloadKind = V1.PayloadKind.Raw, Payload = ByteString.CopyFromUtf8("x") };
        Assert.Equal("UNKNOWN_KEY", (await RefusedAsync(body)).Detail.Reason);
    }

    [Fact]
    public async Task Rejects_payloads_that_are_cut_continued_or_too_large()
    {
        var key = await Keys.SolanaAsync(Cluster);
        var message = Keys.Transfer(key, lamports: 5);

        Assert.Equal("PAYLOAD_MALFORMED", (await RefusedAsync(Signing(key, V1.PayloadKind.SolanaTransaction, message[..^1]))).Detail.Reason);
        Assert.Equal("PAYLOAD_MALFORMED", (await RefusedAsync(Signing(key, V1.PayloadKind.SolanaTransaction, [.. message, 0]))).Detail.Reason);
        Assert.Equal("PAYLOAD_MALFORMED", (await RefusedAsync(Signing(key, V1.PayloadKind.SolanaTransaction, []))).Detail.Reason);
        Assert.Contains((await RefusedAsync(Signing(key, V1.PayloadKind.SolanaTransaction, new byte[1_233]))).Detail.Reason, (string[])["PAYLOAD_MALFORMED", "PAYLOAD_TOO_LARGE"]);
        Assert.Equal("PAYLOAD_TOO_LARGE", (await RefusedAsync(Signing(key, V1.PayloadKind.SolanaTransaction, new byte[(128 << 10) + 1]))).Detail.Reason);
        Assert.Equal("MALFORMED_REQUEST", (await RefusedAsync(Signing(key, V1.PayloadKind.SolanaTransaction, new byte[(1 << 20) + 1]))).Detail.Reason);
    }

    [Fact]
    public async Task Rejects_raw_bytes_for_a_key_that_was_not_created_for_them()
    {
        var key = await Keys.SolanaAsync(Cluster);
        var (code, detail) = await RefusedAsync(Signing(key, V1.PayloadKind.Raw, [1, 2, 3]));
        Assert.Equal((StatusCode.PermissionDenied, "PAYLOAD_KIND_NOT_ALLOWED"), (code, detail.Reason));
    }

    [Fact]
    [Trait("row", "X-replay-client")]
    public async Task Answers_a_repeated_request_alike_without_a_second_signing_and_refuses_another_body()
    {
        var key = await Keys.RawAsync(Cluster);
        var body = Signing(key, V1.PayloadKind.Raw, [7, 7, 7]);
        var request = await DirectCaller.SignAsync(body, _options.Signer);
        var first = await _caller.SignAsync(request);
        Assert.True(Ed25519Signature.Verify(key.PublicKey.Span, [7, 7, 7], first.Signature.Span));
        var hash = new Digest32(System.Security.Cryptography.SHA256.HashData(request.Body.Span));
        var released = await NodeLog.CountAsync(Cluster, AuditKind.ShareReleased, hash);
        Assert.InRange(released, 1, 2); // the co-signer's, and the coordinator's own if it logs it

        // At the same node and at every other one, which may have signed, booked, or only heard of it.
        foreach (var node in Cluster.Nodes)
        {
            using var caller = new DirectCaller(Cluster, node, Cluster.ClientCertificate);
            Assert.Equal(first.Signature, (await caller.SignAsync(request)).Signature);
        }
        Assert.Equal(released, await NodeLog.CountAsync(Cluster, AuditKind.ShareReleased, hash));

        body.Sign.Payload = ByteString.CopyFrom(8, 8, 8);
        var other = await DirectCaller.SignAsync(body, _options.Signer);
        foreach (var node in Cluster.Nodes)
        {
            using var caller = new DirectCaller(Cluster, node, Cluster.ClientCertificate);
            var (code, detail) = await DirectCaller.RefusalAsync(caller.SignAsync(other));
            Assert.Equal((StatusCode.AlreadyExists, "IDEMPOTENCY_CONFLICT"), (code, detail.Reason));
        }
        Assert.Equal(0, await NodeLog.CountAsync(Cluster, AuditKind.ShareReleased, new(System.Security.Cryptography.SHA256.HashData(other.Body.Span))));
    }

    [Fact]
    public async Task Rejects_two_bodies_under_one_idempotency_key_sent_at_once_to_different_nodes()
    {
        var key = await Keys.RawAsync(Cluster);
        var bodies = Cluster.Nodes.Select((_, i) => Signing(key, V1.PayloadKind.Raw, [(byte)i])).ToList();
        foreach (var body in bodies)
            (body.IdempotencyKey, body.IssuedAtMs, body.ExpiresAtMs) = (bodies[0].IdempotencyKey, bodies[0].IssuedAtMs, bodies[0].ExpiresAtMs);
        var answers = await Task.WhenAll(bodies.Zip(Cluster.Nodes).Select(async pair =>
        {
            using var caller = new DirectCaller(Cluster, pair.Second, Cluster.ClientCertificate);
            try
            {
                return (await caller.SignAsync(await DirectCaller.SignAsync(pair.First, _options.Signer))).Signature;
            }
            catch (RpcException)
            {
                return null;
            }
        }));
        // W = 2 of 3 must book: at most one body finds its quorum. All may lose.
        Assert.InRange(answers.Count(a => a is not null), 0, 1);
    }

    [Fact]
    public async Task Rejects_expired_and_too_long_lived_requests_naming_both_times()
    {
        var key = await Keys.RawAsync(Cluster);
        var now = DateTimeOffset.UtcNow;
        var expired = Signing(key, V1.PayloadKind.Raw, [1]);
        (expired.IssuedAtMs, expired.ExpiresAtMs) = (now.AddMinutes(-15).ToUnixTimeMilliseconds(), now.AddMinutes(-5).ToUnixTimeMilliseconds());
        var (_, detail) = await RefusedAsync(expired);
        Assert.Equal("REQUEST_EXPIRED", detail.Reason);
        Assert.Contains(now.AddMinutes(-5).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture), detail.Message, StringComparison.Ordinal);

        var longLived = Signing(key, V1.PayloadKind.Raw, [1]);
        longLived.ExpiresAtMs = longLived.IssuedAtMs + (long)TimeSpan.FromDays(7).TotalMilliseconds + 1;
        Assert.Equal("EXPIRY_TOO_FAR", (await RefusedAsync(longLived)).Detail.Reason);
    }

    [Fact]
    public async Task Rejects_a_request_of_another_cluster()
    {
        var body = Creation(3);
        body.ClusterId = ByteString.CopyFrom(new byte[32]);
        Assert.Equal("WRONG_CLUSTER", (await RefusedAsync(body)).Detail.Reason);
    }

    [Fact]
    public async Task Rejects_forged_and_foreign_client_signatures()
    {
        var key = await Keys.RawAsync(Cluster);
        var body = Signing(key, V1.PayloadKind.Raw, [1]);
        using var stranger = Ed25519KeyFile.Create(Path.Combine(Cluster.Folder, $"stranger-{Guid.NewGuid():N}.key"));
        var own = System.Security.Cryptography.SHA256.HashData(_options.Signer.PublicKey.Span);

        // Another key in the client's name; a stranger in its own; a signature of other bytes; another client's over this client's connection.
        await RejectsAsync("BAD_CLIENT_SIGNATURE", await DirectCaller.SignAsync(body, stranger, own));
        await RejectsAsync("UNKNOWN_CLIENT", await DirectCaller.SignAsync(body, stranger));
        var changed = await DirectCaller.SignAsync(body, _options.Signer);
        changed.Body = ByteString.CopyFrom([.. changed.Body.Span[..^1], (byte)(changed.Body.Span[^1] ^ 1)]);
        await RejectsAsync("BAD_CLIENT_SIGNATURE", changed);
        await RejectsAsync("NOT_ENTITLED", await DirectCaller.SignAsync(body, Cluster.OtherClientOptions().Signer));

        async Task RejectsAsync(string reason, V1.SignedRequest request) =>
            Assert.Equal(reason, (await DirectCaller.RefusalAsync(_caller.SignAsync(request))).Detail.Reason);
    }

    [Fact]
    public async Task Rejects_bodies_in_any_other_encoding()
    {
        var key = await Keys.RawAsync(Cluster);
        var bytes = Signing(key, V1.PayloadKind.Raw, [1]).ToByteArray();
        byte[][] others =
        [
            [.. bytes, 0xf8, 0x3f, 0x01], // an unknown field, 1023
            [.. bytes, .. bytes],         // every field twice
            bytes[..^3],
            [.. bytes, 0x2a, 0x00],       // the empty note, written out
            System.Security.Cryptography.RandomNumberGenerator.GetBytes(100),
        ];
        foreach (var other in others)
        {
            var (code, detail) = await DirectCaller.RefusalAsync(_caller.SignAsync(await DirectCaller.SignAsync(other, _options.Signer)));
            Assert.Equal((StatusCode.InvalidArgument, "MALFORMED_REQUEST"), (code, detail.Reason));
        }
    }

    private Task<(StatusCode Code, V1.ErrorDetail Detail)> RefusedAsync(V1.RequestBody body) => RefusedAsync(body, _options.Signer);

    private async Task<(StatusCode Code, V1.ErrorDetail Detail)> RefusedAsync(V1.RequestBody body, IRequestSigner signer)
    {
        var request = await DirectCaller.SignAsync(body, signer);
        return await DirectCaller.RefusalAsync(body.Sign is null ? _caller.CreateAsync(request) : _caller.SignAsync(request));
    }

    /// <summary>Names the cluster's nodes first, then made-up ones.</summary>
    private V1.RequestBody Creation(int n)
    {
        var body = DirectCaller.Body(Cluster);
        body.CreateKeys = new() { Suite = V1.Suite.FrostEd25519, Threshold = 2, Count = 1, Usage = V1.KeyUsage.Transactions };
        for (var i = 0; i < n; i++)
        {
            var nid = i < Cluster.Roster.Nodes.Count ? Cluster.Roster.Nodes[i].Nid.ToArray() : System.Security.Cryptography.SHA256.HashData([(byte)i]);
            body.CreateKeys.Parties.Add(new V1.Party { Pid = (uint)i + 1, Nid = ByteString.CopyFrom(nid) });
        }
        return body;
    }

    private V1.RequestBody Signing(SigningKey key, V1.PayloadKind kind, byte[] payload)
    {
        var body = DirectCaller.Body(Cluster);
        body.Sign = new() { KeyId = ByteString.CopyFrom(Convert.FromHexString(key.Id)), PayloadKind = kind, Payload = ByteString.CopyFrom(payload) };
        return body;
    }
}
