using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Signing;

/// <summary>Values of online signing that chance does not reach (spec §18.4): each is refused, or gives no signature and blames nobody.</summary>
public sealed class OnlineEdgeTests
{
    private static readonly Bytes32 SomeDigest = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    private static OnlineRequest Request(Digest32 id = default, Digest32 record = default) =>
        new(SomeDigest, id, record, SomeDigest, [], new(new byte[32]), default);

    private static DerivedKey KeyOf(IGroup group) => new(group.Zero, group.Generator, default);

    /// <summary>R = r·G and δ = −r. One more or less is a nonce like any other.</summary>
    [Theory]
    [InlineData(Curve.Secp256k1)]
    [InlineData(Curve.P256)]
    [Trait("row", "E35"), Trait("row", "M26")]
    public void Refuses_a_rerandomizer_that_makes_the_identity(Curve curve)
    {
        var group = Groups(curve);
        var nonce = group.FromUInt64(77);
        bool Rerandomizes(PublicScalar by) =>
            OnlineEquation.TryRerandomize(Request(), group.MultiplyBasePublic(nonce), group, KeyOf(group), group.One, by, out _);
        Assert.False(Rerandomizes(group.NegatePublic(nonce)));
        Assert.True(Rerandomizes(group.AddPublic(group.One, group.NegatePublic(nonce))));
        Assert.True(Rerandomizes(group.Zero));
    }

    /// <summary>P-256 has a point with x = 0; secp256k1 has none, and none with x = q either.</summary>
    [Fact]
    [Trait("row", "E36")]
    public void Refuses_a_nonce_whose_x_is_zero()
    {
        var group = Groups(Curve.P256);
        Assert.True(group.TryDecodePoint([2, .. new byte[32]], out var zeroX));
        var by = group.FromUInt64(5);
        var nonce = group.Subtract(zeroX, group.MultiplyBasePublic(by));
        Assert.False(OnlineEquation.TryRerandomize(Request(), nonce, group, KeyOf(group), group.One, by, out _));
        Assert.True(OnlineEquation.TryRerandomize(Request(), nonce, group, KeyOf(group), group.One, group.One, out var other));
        Assert.False(other.R.IsZero);
        Assert.False(Groups(Curve.Secp256k1).TryDecodePoint([2, .. new byte[32]], out _));
    }

    /// <summary>u = 0 and s = 0: the last reply is made so that the sum is 0. Nobody can be blamed for a sum, the presignature is spent, and the next one signs.</summary>
    [Theory]
    [InlineData("u", Suite.EcdsaSecp256k1)]
    [InlineData("s", Suite.EcdsaSecp256k1)]
    [InlineData("u", Suite.EcdsaP256)]
    [InlineData("s", Suite.EcdsaP256)]
    [Trait("row", "E37"), Trait("row", "E38"), Trait("row", "M38"), Trait("row", "F-InvalidSignature")]
    public void Gives_no_signature_where_a_sum_is_zero(string what, Suite suite)
    {
        using var committee = new PresignCommittee(suite, 2, 2);
        using var run = new PresignRun(committee, committee.Input(committee.Pids, count: 2));
        var fault = Assert.IsType<Transition<OnlineSignature>.Abort>(Sign(committee, run, 0, what)).Fault;
        Assert.Equal((FaultKind.InvalidSignature, 0), (fault.Kind, fault.Culprits.Count));
        Assert.All(run.Results.Values, made => Assert.False(made.Presignatures[0].TrySpend(out _)));
        Assert.IsType<Transition<OnlineSignature>.Advance>(Sign(committee, run, 1, "nothing"));
    }

    private static Transition<OnlineSignature> Sign(PresignCommittee committee, PresignRun run, int k, string what)
    {
        var group = committee.Group;
        var mine = run.Results[committee.Pids[0]].Presignatures[k];
        var request = Request(mine.Id, committee.RecordHash);
        var collecting = CollectingOnlineReplies.Begin(committee.Record, request, mine)!;
        var replies = committee.Pids.Select(pid => Assert.IsType<OnlineAnswer.Replied>(
            OnlineSigner.Answer(committee.Record, request, run.Results[pid].Presignatures[k], mine.Initiator, mine.InitiatorInstance)).Reply).ToArray();
        replies[1] = what switch
        {
            "u" => replies[1] with { Nonce = group.NegatePublic(replies[0].Nonce) },
            "s" => replies[1] with { Response = group.NegatePublic(replies[0].Response) },
            _ => replies[1],
        };
        using var inbox = collecting.NewInbox();
        foreach (var (pid, reply) in committee.Pids.Zip(replies))
            Assert.Equal(InboxVerdict.Accepted, inbox.Add(pid, new(new PayloadBuffer(reply.Encode()))));
        return collecting.Complete(inbox);
    }

    /// <summary>τ is a hash of P, so that no path has τ = −sk: the step itself is given one.</summary>
    [Theory]
    [InlineData(Curve.Secp256k1)]
    [InlineData(Curve.P256)]
    [InlineData(Curve.Edwards25519)]
    [Trait("row", "E34@online"), Trait("row", "E34@frost"), Trait("row", "M26")]
    public void A_step_that_ends_in_the_identity_has_no_child(Curve curve)
    {
        var group = Groups(curve);
        var secret = group.FromUInt64(123_456_789);
        var parent = group.MultiplyBasePublic(secret);
        Assert.False(SoftDerivation.TryChild(parent, group.NegatePublic(secret), out _));
        Assert.True(SoftDerivation.TryChild(parent, group.Zero, out var itself));
        Assert.Equal(parent, itself);
        Assert.True(SoftDerivation.TryChild(parent, secret, out var doubled));
        Assert.Equal(group.Add(parent, parent), doubled);
    }

    /// <summary>δ is in every signature: with R alone, known in advance, derivation would be open to a cube-root attack.</summary>
    [Fact]
    [Trait("row", "M30"), Trait("row", "M31")]
    public void Every_field_of_a_request_changes_the_nonce()
    {
        using var committee = new PresignCommittee(Suite.EcdsaSecp256k1, 2, 2);
        using var run = new PresignRun(committee, committee.Input(committee.Pids, count: 2));
        var (first, second) = (run.Results[committee.Pids[0]].Presignatures[0], run.Results[committee.Pids[0]].Presignatures[1]);
        var request = Request(first.Id, committee.RecordHash);
        var other = new Bytes32([.. Enumerable.Repeat((byte)9, 32)]);
        OnlineRequest[] requests =
        [
            request, request with { Digest = other }, request with { Path = [1] }, request with { Path = [1, 0] }, request with { Osid = other }, request with { Entropy = other },
            request with { Presignature = second.Id },
        ];
        var nonces = requests.Select(asked => Convert.ToHexString(
            CollectingOnlineReplies.Begin(committee.Record, asked, asked.Presignature == first.Id ? first : second)!.Commitment.Span)).ToList();
        nonces.AddRange([Convert.ToHexString(first.Nonce.Encode()), Convert.ToHexString(second.Nonce.Encode())]);
        Assert.Equal(requests.Length + 2, nonces.Distinct().Count());
        // Everybody computes it alike, from what it holds itself.
        var peer = run.Results[committee.Pids[1]].Presignatures[0];
        Assert.Equal(CollectingOnlineReplies.Begin(committee.Record, request, first)!.Commitment.ToArray(), CollectingOnlineReplies.Begin(committee.Record, request, peer)!.Commitment.ToArray());
    }

    private static IGroup Groups(Curve curve) => MpcSigner.Cryptography.Groups.Groups.For(curve);
}
