using System.Security.Cryptography;
using Google.Protobuf;
using MpcSigner.Client;
using MpcSigner.Core.Faults;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Kernel.Tests.Verification;
using MpcSigner.Verification.Keys;
using Xunit;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Tests.Clients;

/// <summary>What the client believes, what it refuses, and where it turns when a node fails.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private FakeCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await FakeCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Creates_a_batch_and_signs_with_it()
    {
        await using var client = await _cluster.ConnectAsync();
        var stages = new List<KeyCreationProgress>();
        var keys = await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Count = 120, Use = KeyUse.TransactionsAndRaw }, new Immediate(stages.Add));

        Assert.Equal(120, keys.Count);
        Assert.Equal(120, keys.Select(k => k.Id).Distinct().Count());
        Assert.All(keys, k => Assert.Equal((KeyStanding.Active, 2, 3), (k.Standing, k.Threshold, k.Holders.Count)));
        Assert.Contains(stages, s => s.Stage == "round 1");
        Assert.Equal(120, stages[^1].Done);

        var message = "pay the bearer"u8.ToArray();
        var result = await client.SignAsync(new() { KeyId = keys[7].Id, Payload = SigningPayload.Raw(message) });
        Assert.True(Ed25519Signature.Verify(keys[7].PublicKey.Span, message, result.Signature.Span));
        Assert.Equal(2, result.Signers.Count);
        Assert.Equal(keys[7].Id, result.Key.Id);

        await using var other = await _cluster.ConnectAsync();
        Assert.Equal(Convert.ToHexString(keys[7].PublicKey.Span), Convert.ToHexString((await other.GetKeyAsync(keys[7].Id)).PublicKey.Span));
    }

    /// <summary>The answer is a perfectly certified key of this cluster, but nobody ordered it here: the coordinator's own.</summary>
    [Fact]
    public async Task Rejects_a_key_that_the_coordinator_had_made_for_itself()
    {
        foreach (var node in _cluster.Nodes)
            node.OnCreate = (request, _) => Task.FromResult(_cluster.Create(request, order =>
                _cluster.Identities.Make(new CreationOrder("the coordinator's own request"u8, CertifiedBatch.Client, order.Asked))));
        var refused = await Refused(c => c.CreateKeysAsync(new() { Threshold = 2, Nodes = 3 }));
        Assert.Equal((FailureKind.NotVerified, "NOT_VERIFIED"), (refused.Kind, refused.Reason));
        Assert.Contains("OtherOrder", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_a_key_that_one_node_certified_alone()
    {
        using var own = Cryptography.Secrets.Identities.IdentityKey.Generate(Cryptography.Secrets.Randomness.SystemRandomSource.Instance);
        foreach (var node in _cluster.Nodes)
            node.OnCreate = (request, _) => Task.FromResult(_cluster.Create(request, order => _cluster.Identities.Make(order, forger: own)));
        var refused = await Refused(c => c.CreateKeysAsync(new() { Threshold = 2, Nodes = 3 }));
        Assert.Equal(FailureKind.NotVerified, refused.Kind);
        Assert.Contains("BadCertificate", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_fewer_keys_than_ordered()
    {
        foreach (var node in _cluster.Nodes)
            node.OnCreate = (request, _) => Task.FromResult<IReadOnlyList<V1.CreateKeysEvent>>([]);
        Assert.Equal(FailureKind.NotVerified, (await Refused(c => c.CreateKeysAsync(new() { Threshold = 2, Nodes = 3 }))).Kind);
    }

    [Fact]
    public async Task Rejects_a_signature_over_other_bytes()
    {
        await using var client = await _cluster.ConnectAsync();
        var key = (await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Use = KeyUse.TransactionsAndRaw }))[0];
        foreach (var node in _cluster.Nodes)
        {
            node.OnSign = (request, _) =>
            {
                var answer = _cluster.Sign(request);
                var wrong = answer.Signature.ToByteArray();
                wrong[40] ^= 1;
                return Task.FromResult(new V1.SignResponse(answer) { Signature = ByteString.CopyFrom(wrong) });
            };
        }
        var refused = await Assert.ThrowsAsync<MpcSignerException>(() => client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(new byte[3]) }));
        Assert.Equal(FailureKind.NotVerified, refused.Kind);
    }

    [Fact]
    public async Task Goes_to_the_next_node_with_the_very_same_request()
    {
        await using var client = await _cluster.ConnectAsync();
        var key = (await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Use = KeyUse.TransactionsAndRaw }))[0];
        foreach (var node in _cluster.Nodes)
            node.Seen.Clear();
        _cluster.Nodes[0].OnSign = (_, _) => throw FakeNode.Error(Reason.StorageUnavailable, "the disk is full");
        _cluster.Nodes[1].OnSign = async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            throw new InvalidOperationException("not reached");
        };
        var result = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(new byte[5]), IdempotencyKey = "payment-17" });

        Assert.Equal("payment-17", result.IdempotencyKey);
        var requests = _cluster.Nodes.SelectMany(n => n.Seen).ToList();
        Assert.Equal(3, requests.Count);
        Assert.Single(requests.Select(r => Convert.ToHexString(SHA256.HashData(r.ToByteArray()))).Distinct());
    }

    [Fact]
    public async Task Asks_no_other_node_after_a_final_refusal_and_tells_each_nodes_reason()
    {
        await using var client = await _cluster.ConnectAsync();
        var key = (await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3 }))[0];
        var nodes = _cluster.Identities.Roster.Nodes;
        foreach (var node in _cluster.Nodes)
        {
            node.Seen.Clear();
            node.OnSign = (_, _) => throw FakeNode.Error(Reason.PolicyDenied, "Rule small-payments denies.", [.. nodes.Select(n => new NodeReason(n.Nid, n.Name, Reason.PolicyDenied, "above 5 SOL"))]);
        }
        var denied = await Assert.ThrowsAsync<MpcSignerException>(() => client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(new byte[5]) }));
        Assert.Equal((FailureKind.Denied, "POLICY_DENIED", false), (denied.Kind, denied.Reason, denied.IsRetryable));
        Assert.Equal("Rule small-payments denies.", denied.Message);
        Assert.Equal(nodes.Select(n => (n.Name, "POLICY_DENIED", "above 5 SOL")), denied.Nodes.Select(n => (n.NodeName, n.Reason, n.Message)));
        Assert.Equal(1, _cluster.Nodes.Sum(n => n.Seen.Count));
    }

    [Fact]
    public async Task Waits_for_a_request_that_a_node_is_still_completing()
    {
        await using var client = await _cluster.ConnectAsync();
        var asked = 0;
        foreach (var node in _cluster.Nodes)
        {
            node.OnCreate = (request, _) => Interlocked.Increment(ref asked) <= 4
                ? throw FakeNode.Error(Reason.KeyPending, "not certified yet")
                : Task.FromResult(_cluster.Create(request, o => _cluster.Identities.Make(o)));
        }
        Assert.Single(await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3 }));
        Assert.Equal(5, asked);
    }

    [Fact]
    public async Task Names_every_node_when_none_answers()
    {
        await using var client = await _cluster.ConnectAsync();
        foreach (var node in _cluster.Nodes)
            await node.DisposeAsync();
        var failed = await Assert.ThrowsAsync<MpcSignerException>(() => client.GetKeyAsync(new string('0', 64)));
        Assert.Equal(("UNREACHABLE", true), (failed.Reason, failed.IsRetryable));
        Assert.Equal(3, failed.Nodes.Count);
        Assert.All(await client.GetStatusAsync(), s => Assert.False(s.Reachable));
    }

    /// <summary>A node that shows another node's certificate is nobody to the client, though the authority made both.</summary>
    [Fact]
    public async Task Speaks_to_no_server_whose_key_the_roster_does_not_pin()
    {
        var nodes = _cluster.Identities.Roster.Nodes;
        var (bytes, signature, _) = _cluster.Sign(_cluster.Identities.Roster with
        {
            Nodes = [nodes[0] with { TlsPins = nodes[1].TlsPins }, nodes[1] with { TlsPins = nodes[0].TlsPins }, nodes[2]],
        });
        await using var client = MpcSignerClient.Create(_cluster.Options with { Roster = bytes, RosterSignature = signature });
        Assert.Equal([false, false, true], (await client.GetStatusAsync()).Select(s => s.Reachable));
    }

    [Fact]
    public async Task Rejects_a_roster_changed_after_it_was_signed()
    {
        var changed = _cluster.Options.Roster.ToArray();
        changed[^2] ^= 1;
        var refused = await Assert.ThrowsAsync<MpcSignerException>(() => MpcSignerClient.ConnectAsync(_cluster.Options with { Roster = changed }));
        Assert.Equal("CONFIGURATION", refused.Reason);
    }

    [Fact]
    public async Task Rejects_a_node_of_another_authority()
    {
        using var other = new Certificates("another authority");
        await using var client = MpcSignerClient.Create(_cluster.Options with { TrustedAuthorities = [other.Root] });
        Assert.All(await client.GetStatusAsync(), s => Assert.False(s.Reachable));
    }

    [Fact]
    public async Task Rejects_a_roster_of_another_administrator()
    {
        var refused = await Assert.ThrowsAsync<MpcSignerException>(() => MpcSignerClient.ConnectAsync(_cluster.Options with { AdministratorKey = new byte[32] }));
        Assert.Equal((FailureKind.Invalid, "CONFIGURATION"), (refused.Kind, refused.Reason));
    }

    [Fact]
    public async Task Rejects_a_certificate_that_the_roster_does_not_pin_for_this_client()
    {
        var refused = await Assert.ThrowsAsync<MpcSignerException>(() => MpcSignerClient.ConnectAsync(_cluster.Options with { TlsCertificate = _cluster.Certificates.Make("other") }));
        Assert.Equal("CONFIGURATION", refused.Reason);
    }

    [Fact]
    public async Task Lists_pages_verified_and_pending_keys_without_their_address()
    {
        await using var client = await _cluster.ConnectAsync();
        await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Count = 3 });
        var order = _cluster.OrderOf(_cluster.Nodes.SelectMany(n => n.Seen).Single());
        var keys = _cluster.Identities.Make(order).OrderBy(k => k.KeyId.Value).ToList();
        foreach (var node in _cluster.Nodes)
            node.OnListKeys = _ => new() { Keys = { _cluster.ToWire(keys[0]) } };
        // The same order made anew gives other keys under the same ids: to the client that knows the first ones, a cheat.
        var changed = await Assert.ThrowsAsync<MpcSignerException>(async () => await client.ListKeysAsync().FirstAsync());
        Assert.Equal(FailureKind.NotVerified, changed.Kind);
        Assert.Contains("another public key than before", changed.Message, StringComparison.Ordinal);

        await using var other = await _cluster.ConnectAsync();
        foreach (var node in _cluster.Nodes)
        {
            node.OnListKeys = request => request.After.IsEmpty
                ? new() { Keys = { _cluster.ToWire(keys[0]), _cluster.ToWire(keys[1] with { Certificate = default }) }, Next = ByteString.CopyFrom(keys[1].KeyId.ToArray()) }
                : new() { Keys = { _cluster.ToWire(keys[2]) } };
        }
        var listed = new List<SigningKey>();
        await foreach (var key in other.ListKeysAsync())
            listed.Add(key);
        Assert.Equal(keys.Select(k => k.KeyId.ToString()), listed.Select(k => k.Id));
        Assert.Equal([KeyStanding.Active, KeyStanding.Pending, KeyStanding.Active], listed.Select(k => k.Standing));
        Assert.Null(listed[1].SolanaAddress);
        Assert.True(listed[1].PublicKey.IsEmpty);
    }

    [Fact]
    public async Task Rejects_a_list_that_never_ends()
    {
        await using var client = await _cluster.ConnectAsync();
        foreach (var node in _cluster.Nodes)
            node.OnListKeys = _ => new() { Next = ByteString.CopyFrom(new byte[32]) };
        var refused = await Assert.ThrowsAsync<MpcSignerException>(async () =>
        {
            await foreach (var _ in client.ListKeysAsync())
                Assert.Fail("there is no key");
        });
        Assert.Equal(FailureKind.NotVerified, refused.Kind);
    }

    [Theory]
    [InlineData(1, 3, 1, "BAD_THRESHOLD")]
    [InlineData(4, 3, 1, "BAD_THRESHOLD")]
    [InlineData(2, 4, 1, "BAD_PARTICIPANTS")]
    [InlineData(2, 3, 0, "BAD_BATCH_SIZE")]
    [InlineData(2, 3, 1001, "BAD_BATCH_SIZE")]
    public async Task Rejects_before_sending_what_no_node_would_take(int t, int n, int count, string reason)
    {
        var refused = await Refused(c => c.CreateKeysAsync(new() { Threshold = t, Nodes = n, Count = count }));
        Assert.Equal((FailureKind.Invalid, reason), (refused.Kind, refused.Reason));
        Assert.Equal(0, _cluster.Nodes.Sum(node => node.Seen.Count));
    }

    private async Task<MpcSignerException> Refused(Func<MpcSignerClient, Task> act)
    {
        await using var client = await _cluster.ConnectAsync();
        return await Assert.ThrowsAsync<MpcSignerException>(() => act(client));
    }

    /// <summary>Reports at once; <see cref="Progress{T}"/> would use a pool thread and lose the order.</summary>
    private sealed class Immediate(Action<KeyCreationProgress> report) : IProgress<KeyCreationProgress>
    {
        public void Report(KeyCreationProgress value) => report(value);
    }
}
