using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Policy.Rules;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Requests;

/// <summary>What each node decides of a request by its own row and policy alone.</summary>
public sealed class CaseTests : IDisposable
{
    private readonly MiniCluster _mini = new(5);
    private readonly KeyRow _key;

    public CaseTests() => _key = Assert.Single(_mini.CreateKeys(2, 3));

    public void Dispose() => _mini.Dispose();

    private MachineContext Context(int node = 0, Func<Roster, Roster>? change = null)
    {
        var setup = _mini.Nodes[node].NewSetup();
        return new(change is null ? setup : setup with { FileRoster = change(setup.FileRoster) });
    }

    private AuthenticatedRequest Request(MachineContext context, RequestAction action)
    {
        Assert.True(new RequestGate(context).TryAuthenticate(_mini.Sign(action), Door.Client, _mini.Now, out var request, out var error), error?.Message);
        return request;
    }

    private Reason? Sign(KeyRow? key, RequestAction action, int node = 0, string says = "")
    {
        var context = Context(node);
        var request = Request(context, _mini.Transfer(_key.Record));
        request = request with { Body = request.Body with { Action = action } }; // whatever a decoder lets through
        var taken = SigningCase.TryJudge(context, request, key, out var signing, out var error);
        Assert.Equal(taken, signing is not null);
        Assert.Contains(says, error?.ToString() ?? "", StringComparison.Ordinal);
        return error?.Reason;
    }

    [Fact]
    public void A_key_signs_where_it_is_active_and_its_share_is_there()
    {
        var transfer = _mini.Transfer(_key.Record);
        Assert.Null(Sign(_key, transfer));
        Assert.Equal(Reason.MalformedRequest, Sign(_key, _mini.Creation(2, 3)));
        Assert.Equal(Reason.UnknownKey, Sign(null, transfer));
        Assert.Equal(Reason.KeyDestroyed, Sign(_key with { State = KeyState.Destroyed }, transfer));
        Assert.Equal(Reason.KeyPending, Sign(_key with { State = KeyState.Pending }, transfer));
        Assert.Equal(Reason.WrongNode, Sign(_key, transfer, node: 3, says: "node-a, node-b, node-c"));
        Assert.Equal(Reason.ShareBehind, Sign(_key with { HasShare = false }, transfer));
        Assert.Equal(Reason.MalformedRequest, Sign(_key, transfer with { Taproot = TaprootOutput.KeyPath }, says: "Taproot output"));
        Assert.Equal(Reason.BadDerivationPath, Sign(_key, transfer with { Path = [1U << 31] }));
        Assert.Equal(Reason.PayloadMalformed, Sign(_key, transfer with { Payload = new byte[] { 1 } }));
        Assert.Equal(Reason.PolicyDenied, Sign(_key, _mini.Transfer(_key.Record, MiniCluster.Ceiling + 1)));
        var raw = new RequestAction.Sign(_key.Record.KeyId, [], PayloadKind.Raw, new byte[32]);
        Assert.Equal(Reason.PayloadKindNotAllowed, Sign(_key, raw, says: "was not created for raw payloads"));
        Assert.Null(Sign(_key with { Usage = KeyUsage.TransactionsAndRaw }, raw));
        Assert.Null(Sign(_key with { Usage = KeyUsage.TransactionsAndRaw }, transfer));
    }

    [Fact]
    public void What_allowed_it_is_told_with_the_path_where_there_is_one()
    {
        var context = Context();
        var key = _key with { Usage = KeyUsage.TransactionsAndRaw, Label = "hot" };
        var raw = new RequestAction.Sign(_key.Record.KeyId, [], PayloadKind.Raw, new byte[32]);
        Assert.True(SigningCase.TryJudge(context, Request(context, raw), key, out var plain, out _));
        Assert.True(SigningCase.TryJudge(context, Request(context, raw with { Path = [4, 2] }), key, out var derived, out _));
        Assert.Contains("raw", plain.Rule, StringComparison.Ordinal);
        Assert.Equal(plain.Rule + "; path m/4/2", derived.Rule);
        Assert.Equal((new(1), context.Self), (plain.Self.Pid, plain.Self.Nid));
        Assert.NotEqual(plain.Verification.PublicKey.Encoded.ToArray(), derived.Verification.PublicKey.Encoded.ToArray());
        Assert.Equal(2, context.Setup.VerificationKeys.Count);
    }

    [Fact]
    public void What_allowed_it_is_told_with_the_Taproot_output()
    {
        var key = Assert.Single(_mini.CreateKeys(2, 3, usage: KeyUsage.TransactionsAndRaw, suite: Suite.FrostSecp256k1Taproot));
        var context = Context();
        var raw = new RequestAction.Sign(key.Record.KeyId, [], PayloadKind.Raw, new byte[32]) { Taproot = TaprootOutput.KeyPath };
        Assert.True(SigningCase.TryJudge(context, Request(context, raw), key, out var signing, out _));
        Assert.EndsWith("; Taproot key path", signing.Rule, StringComparison.Ordinal);
    }

    /// <summary>A label is the creation's: a rule that names it covers the keys that have it, and none without.</summary>
    [Fact]
    public void A_rule_on_labels_covers_keys_of_that_label()
    {
        var setup = _mini.Nodes[0].NewSetup();
        var rules = setup.Policy.Signing.OfType<SigningRule.Allow>().Select(rule => rule with { Keys = [new KeySelector.Label(new("hot", IsPrefix: true))] });
        var context = new MachineContext(setup with { Policy = setup.Policy with { Signing = [.. rules] } });
        var request = Request(context, _mini.Transfer(_key.Record));
        Assert.True(SigningCase.TryJudge(context, request, _key with { Label = "hot-1" }, out _, out _));
        foreach (var label in new[] { "", "cold" })
        {
            Assert.False(SigningCase.TryJudge(context, request, _key with { Label = label }, out _, out var error));
            Assert.Equal(Reason.PolicyDenied, error.Reason);
        }
    }

    private Reason? Create(Func<RequestAction.CreateKeys, RequestAction> bend, Func<Roster, Roster>? change = null)
    {
        var context = Context(change: change);
        var request = Request(context, _mini.Creation(2, 3));
        var taken = CreationCase.TryJudge(context, request with { Body = request.Body with { Action = bend(_mini.Creation(2, 3)) } }, out var creation, out var error);
        Assert.Equal(taken, creation is not null);
        return error?.Reason;
    }

    [Fact]
    public void A_creation_keeps_every_bound_and_both_ends_of_it()
    {
        Assert.Null(Create(action => action));
        Assert.Equal(Reason.MalformedRequest, Create(_ => _mini.Transfer(_key.Record)));
        Assert.Equal(Reason.NotEntitled, Create(action => action, roster => roster with { Clients = [roster.Clients[0] with { MayCreateKeys = false }] }));
        Assert.Equal(Reason.UnsupportedSuite, Create(action => action with { Suite = Suite.None }));
        (PartyId, NodeId)[] Parties(int count) => [.. _mini.Nodes.Take(count).Select((node, i) => (new PartyId((ushort)(i + 1)), node.Nid))];
        Assert.Null(Create(action => action with { Parties = Parties(2) })); // as many as sign
        Assert.Null(Create(action => action with { Parties = Parties(5), Threshold = 5 }));
        Assert.Equal(Reason.BadThreshold, Create(action => action with { Parties = Parties(5), Threshold = 6 }));
        Assert.Equal(Reason.BadThreshold, Create(action => action with { Threshold = 1 }));
        Assert.Equal(Reason.BadParticipants, Create(action => action with { Parties = Parties(1) }));
        // Sixteen may be named, though the roster knows five of them; seventeen may not.
        (PartyId, NodeId)[] many = [.. Enumerable.Range(1, 17).Select(i => (new PartyId((ushort)i), new NodeId(new Digest32([(byte)i, .. new byte[31]]).Value)))];
        var sixteen = Context();
        foreach (var (count, words) in new[] { (16, "The roster has no node"), (17, "2..16 parties, not 17") })
        {
            var request = Request(sixteen, _mini.Creation(2, 3));
            Assert.False(CreationCase.TryJudge(sixteen, request with { Body = request.Body with { Action = _mini.Creation(2, 3) with { Parties = many[..count] } } }, out _, out var error));
            Assert.Equal(Reason.BadParticipants, error.Reason);
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
        }
        Assert.Equal(Reason.BadBatchSize, Create(action => action with { Count = 0 }));
        Assert.Null(Create(action => action with { Count = KeyLimits.MaxBatch }));
        Assert.Equal(Reason.BadBatchSize, Create(action => action with { Count = KeyLimits.MaxBatch + 1 }));
        Assert.Equal(Reason.MalformedRequest, Create(action => action with { Count = 2, Labels = ["one"] }));
        Assert.Equal(Reason.MalformedRequest, Create(action => action with { Count = 1, Labels = ["one", "two"] }));
        Assert.Null(Create(action => action with { Count = 2, Labels = ["one", "two"] }));
        var (first, second) = (_mini.Nodes[0].Nid, _mini.Nodes[1].Nid);
        Assert.Equal(Reason.BadParticipants, Create(action => action with { Parties = [(new(2), first), (new(1), second)] }));
        Assert.Equal(Reason.BadParticipants, Create(action => action with { Parties = [(new(2), first), (new(2), second)] }));
        Assert.Equal(Reason.BadParticipants, Create(action => action with { Parties = [(new(1), first), (new(2), first)] }));
        Assert.Null(Create(action => action with { Parties = [(new(1), first), (new(65535), second)] }));
    }

    [Fact]
    public void A_policy_that_allows_no_creation_denies_it()
    {
        var setup = _mini.Nodes[0].NewSetup();
        var context = new MachineContext(setup with { Policy = setup.Policy with { Creation = [] } });
        Assert.False(CreationCase.TryJudge(context, Request(context, _mini.Creation(2, 3)), out _, out var error));
        Assert.Equal(Reason.PolicyDenied, error.Reason);
    }
}
