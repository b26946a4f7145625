using Google.Protobuf;
using MpcSigner.Client;
using MpcSigner.Client.Administration;
using MpcSigner.Client.Errors;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Verification.Keys;
using MpcSigner.Wire.Requests;
using Xunit;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Tests.Clients.Administration;

/// <summary>What administrators are shown of keys before they sign an order: proven, whichever node answers first and whatever it leaves out.</summary>
public sealed class KeySurveyTests : IAsyncLifetime
{
    private FakeCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await FakeCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Shows_the_label_that_the_creation_asked_for_and_not_that_of_a_node_without_an_anchor(int liar)
    {
        var key = await MakeAsync();
        Show(State(key));
        var lie = State(key);
        (lie.Label, lie.Anchor) = ("cold", null);
        _cluster.Nodes[liar].OnKeyStates = _ => new() { Keys = { lie } };
        _cluster.Nodes[liar].OnListKeyStates = _ => new() { Keys = { lie } };
        foreach (var selection in new[] { KeySelection.Of([key.KeyId.ToString()]), KeySelection.WithLabel("hot") })
        {
            var found = Assert.Single((await SurveyAsync(selection)).Keys);
            Assert.Equal((key.KeyId, "hot", 3), (found.Id, found.Label, found.Standings.Count));
        }
        Assert.Empty((await SurveyAsync(KeySelection.WithLabel("cold"))).Keys);
    }

    /// <summary>An id that administrators name binds its creation; in a list only its signature does.</summary>
    [Fact]
    public async Task Takes_a_creation_that_nobody_can_see_signed_only_for_keys_that_are_named()
    {
        var key = await MakeAsync();
        var state = State(key);
        state.Anchor.Creation.Signature = ByteString.CopyFrom(new byte[64]);
        Show(state);
        Assert.Equal(key.KeyId, Assert.Single((await SurveyAsync(KeySelection.Of([key.KeyId.ToString()]))).Keys).Id);
        var refused = await Assert.ThrowsAsync<MpcSignerException>(() => SurveyAsync(KeySelection.WithLabel("hot")));
        Assert.Equal("NOT_VERIFIED", refused.Reason);
        Assert.Contains("(UnsignedCreation)", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The last one's index in its batch takes two bytes.</summary>
    [Fact]
    public async Task Finds_keys_far_behind_in_their_batch()
    {
        const int Count = 300;
        await using var client = await _cluster.ConnectAsync();
        var made = await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Count = Count });
        var last = _cluster.Made(made.Single(key => _cluster.ToWire(_cluster.Made(key.Id)).Anchor.Index == Count - 1).Id);
        Show(State(last));
        Assert.Equal(last.KeyId, Assert.Single((await SurveyAsync(KeySelection.Of([last.KeyId.ToString()]))).Keys).Id);
    }

    /// <summary>Else one node's word would leave no number for the next order.</summary>
    [Fact]
    public async Task Heeds_no_node_that_says_all_attempts_were_begun()
    {
        var key = await MakeAsync();
        for (var n = 0; n < 3; n++)
        {
            var state = State(key);
            (state.LastAttempt, state.LastRecovery) = n switch { 0 => (uint.MaxValue, uint.MaxValue - 1), 1 => (4u, 0u), _ => (7u, 2u) };
            _cluster.Nodes[n].OnKeyStates = _ => new() { Keys = { state } };
        }
        var found = Assert.Single((await SurveyAsync(KeySelection.Of([key.KeyId.ToString()]))).Keys);
        Assert.Equal((7u, 2u), (found.LastAttempt, found.LastRecovery));
        Assert.Equal((8u, 3u), (new KeyBatch([found]).NextAttempt, new KeyBatch([found]).NextRecovery));
    }

    private async Task<ShownKey> MakeAsync()
    {
        await using var client = await _cluster.ConnectAsync();
        return _cluster.Made(Assert.Single(await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Count = 1, Labels = ["hot"] })).Id);
    }

    private void Show(V1.KeyGenerations state)
    {
        foreach (var node in _cluster.Nodes)
        {
            node.OnKeyStates = _ => new() { Keys = { state } };
            node.OnListKeyStates = _ => new() { Keys = { state } };
        }
    }

    private async Task<Survey> SurveyAsync(KeySelection selection)
    {
        var (roster, options) = (_cluster.Identities.Roster, _cluster.Options);
        using var connections = new AdministratorConnections(roster, new()
        {
            Roster = options.Roster, RosterSignature = options.RosterSignature, AdministratorKey = options.AdministratorKey,
            TlsCertificate = options.TlsCertificate, TrustedAuthorities = options.TrustedAuthorities,
        });
        return await new KeySurvey(roster, new KeyVerifier(roster, new RequestBodyCodec()), connections).RunAsync(selection, TestContext.Current.CancellationToken);
    }

    private V1.KeyGenerations State(ShownKey key)
    {
        var shown = _cluster.ToWire(key);
        Assert.True(KeyRecordEncoding.TryDecode(key.Suite, key.Record.Span, out var record));
        var anchor = new V1.KeyAnchor { Creation = shown.Anchor.Creation.Clone(), Index = shown.Anchor.Index, Record = shown.Record, Certificate = shown.Certificate };
        return new()
        {
            KeyId = shown.KeyId, Suite = shown.Suite, Label = shown.Label, Usage = shown.Usage, Owner = shown.Owner, Anchor = anchor,
            Generations =
            {
                new V1.KeyGeneration
                {
                    State = V1.KeyGenerationState.Active, Record = shown.Record, Certificate = shown.Certificate,
                    RecordHash = ByteString.CopyFrom(KeyRecordHash.Compute(record!).ToArray()),
                },
            },
        };
    }
}
