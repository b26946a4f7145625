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

/// <summary>Which keys the client believes that it sees for the first time.</summary>
public sealed class FirstSightTests : IAsyncLifetime
{
    private FakeCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await FakeCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    /// <summary>A client that has never seen the key has nothing but its id.</summary>
    [Theory]
    [InlineData("no anchor", "NotAnchored")]
    [InlineData("a key that two nodes made alone", "OtherPublicKey")]
    [InlineData("a renewal that two nodes made alone", "OtherPublicKey")]
    [InlineData("the anchor of another key", "OtherCreation")]
    [InlineData("a label of the node's own", "OtherLabel")]
    public async Task Refuses_a_key_seen_for_the_first_time_that_is_not_what_its_creation_made(string what, string fault)
    {
        await using var creator = await _cluster.ConnectAsync();
        var ids = (await creator.CreateKeysAsync(new() { Threshold = 3, Nodes = 3, Count = 2, Labels = ["treasury", "cold"] })).Select(key => key.Id).ToList();
        var order = _cluster.OrderOf(_cluster.Nodes.SelectMany(n => n.Seen).Single());
        await using var client = await _cluster.ConnectAsync();
        Assert.Equal("treasury", (await client.GetKeyAsync(ids[0])).Label);

        var (honest, other) = (_cluster.Made(ids[0]), _cluster.Made(ids[1]));
        var shown = _cluster.ToWire(honest);
        switch (what)
        {
            case "no anchor": shown.Anchor = null; break;
            case "a label of the node's own": shown.Label = "hot"; break;
            case "the anchor of another key": shown.Anchor = _cluster.ToWire(other).Anchor; break;
            default:
                var alone = _cluster.Identities.Reshared(honest, 2, [0, 1], another: true);
                shown = _cluster.ToWire(alone);
                shown.Anchor = _cluster.ToWire(honest).Anchor;
                shown.Anchor.Record = ByteString.CopyFrom(honest.Record.Span);
                shown.Anchor.Certificate = ByteString.CopyFrom(honest.Certificate.Span);
                if (what.StartsWith("a key", StringComparison.Ordinal))
                {
                    shown = _cluster.ToWire(_cluster.Identities.Make(order)[0]);
                    shown.Anchor.Record = ByteString.CopyFrom(honest.Record.Span);
                    shown.Anchor.Certificate = ByteString.CopyFrom(honest.Certificate.Span);
                }
                break;
        }
        foreach (var node in _cluster.Nodes)
            node.OnGetKey = _ => shown;
        await using var another = await _cluster.ConnectAsync();
        var refused = await Assert.ThrowsAsync<MpcSignerException>(() => another.GetKeyAsync(ids[0]));
        Assert.Equal((FailureKind.NotVerified, "NOT_VERIFIED"), (refused.Kind, refused.Reason));
        Assert.Contains($"({fault})", refused.Message, StringComparison.Ordinal);
        Assert.Contains(_cluster.Identities.Roster.Nodes, node => refused.Message.Contains($"Node {node.Name} ", StringComparison.Ordinal));
    }

    /// <summary>What is spoilt at one node, or at all but one, keeps nobody from a key that another shows whole; where nobody else has it the refusal is the answer.</summary>
    [Fact]
    public async Task A_spoilt_answer_leads_to_the_next_node()
    {
        await using var client = await _cluster.ConnectAsync();
        var id = Assert.Single(await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3 })).Id;
        var honest = _cluster.Made(id);
        var spoilt = _cluster.ToWire(honest);
        byte[] certificate = [.. honest.Certificate.Span];
        certificate[10] ^= 1;
        spoilt.Certificate = ByteString.CopyFrom(certificate);
        var asked = new int[_cluster.Nodes.Count];
        for (var good = 0; good < _cluster.Nodes.Count; good++)
        {
            Array.Clear(asked);
            foreach (var (i, node) in _cluster.Nodes.Index())
            {
                var shown = i == good ? _cluster.ToWire(honest) : spoilt;
                node.OnGetKey = _ =>
                {
                    asked[i]++;
                    return shown;
                };
            }
            await using var fresh = await _cluster.ConnectAsync();
            Assert.Equal(honest.KeyId.ToString(), (await fresh.GetKeyAsync(id)).Id);
            Assert.Equal(1, asked[good]);
            Assert.All(asked, times => Assert.InRange(times, 0, 1));
        }
        foreach (var node in _cluster.Nodes.Skip(1))
            node.OnGetKey = _ => throw FakeNode.Error(Core.Faults.Reason.UnknownKey, "no such key");
        _cluster.Nodes[0].OnGetKey = _ => spoilt;
        await using var another = await _cluster.ConnectAsync();
        var refused = await Assert.ThrowsAsync<MpcSignerException>(() => another.GetKeyAsync(id));
        Assert.Equal("NOT_VERIFIED", refused.Reason);
    }

    /// <summary>The id that the caller names binds the creation; nothing but its signature binds what a node lists.</summary>
    [Fact]
    public async Task Finds_a_key_by_its_id_though_nobody_can_see_its_creation_signed_and_refuses_it_in_a_list()
    {
        await using var creator = await _cluster.ConnectAsync();
        var made = Assert.Single(await creator.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Labels = ["treasury"] }));
        var shown = _cluster.ToWire(_cluster.Made(made.Id)).Clone();
        shown.Anchor.Creation.Signature = ByteString.CopyFrom(new byte[64]);
        foreach (var node in _cluster.Nodes)
            (node.OnGetKey, node.OnListKeys) = (_ => shown, _ => new() { Keys = { shown } });
        await using var client = await _cluster.ConnectAsync();
        var refused = await Assert.ThrowsAsync<MpcSignerException>(async () => await client.ListKeysAsync().ToListAsync());
        Assert.Contains("(UnsignedCreation)", refused.Message, StringComparison.Ordinal);
        var found = await client.GetKeyAsync(made.Id);
        Assert.Equal((made.Id, "treasury"), (found.Id, found.Label));
        Assert.Equal(made.PublicKey.ToArray(), found.PublicKey.ToArray());
    }

    /// <summary>Keys of one creation share its request, which comes with the first of them.</summary>
    [Fact]
    public async Task Lists_keys_that_share_a_creation_and_refuses_one_without_it_or_of_another_client()
    {
        await using var creator = await _cluster.ConnectAsync();
        var ids = (await creator.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Count = 3 })).Select(key => key.Id).Order(StringComparer.Ordinal).ToList();
        var keys = ids.Select(id => _cluster.ToWire(_cluster.Made(id))).ToList();
        keys[1].Anchor.Creation = keys[2].Anchor.Creation = null;
        foreach (var node in _cluster.Nodes)
            node.OnListKeys = _ => new() { Keys = { keys } };
        await using var client = await _cluster.ConnectAsync();
        List<string> listed = [];
        await foreach (var key in client.ListKeysAsync())
            listed.Add(key.Id);
        Assert.Equal(ids, listed);

        foreach (var node in _cluster.Nodes)
            node.OnListKeys = _ => new() { Keys = { keys[1] } };
        var refused = await Assert.ThrowsAsync<MpcSignerException>(async () => await client.ListKeysAsync().FirstAsync());
        Assert.Contains("without its creation request", refused.Message, StringComparison.Ordinal);

        await using var other = MpcSignerClient.Create(_cluster.OtherOptions);
        foreach (var node in _cluster.Nodes)
            node.OnListKeys = _ => new() { Keys = { keys[0] } };
        refused = await Assert.ThrowsAsync<MpcSignerException>(async () => await other.ListKeysAsync().FirstAsync());
        Assert.Equal(FailureKind.NotVerified, refused.Kind);
        Assert.Contains("and not this one", refused.Message, StringComparison.Ordinal);
    }
}
