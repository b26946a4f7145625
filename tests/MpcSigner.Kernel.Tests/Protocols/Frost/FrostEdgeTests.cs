using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Frost;

/// <summary>Bounds that are still good and the first that is not; states that answer once; what a request without an equation leads to.</summary>
public sealed class FrostEdgeTests : IDisposable
{
    private static readonly uint[] LongestPath = [.. Enumerable.Range(0, FrostRequest.MaxPathLength).Select(i => (uint)i)];

    private readonly SigningKey _key = new(2, 2);

    public void Dispose() => _key.Dispose();

    private FrostCoordination Coordination(IEnumerable<PartyId>? signers = null, uint[]? path = null) =>
        new(_key.Record, signers ?? _key.Committee.Pids, "a message"u8.ToArray(), path ?? [], FrostMode.None, default, default, _key.Committee.Identities);

    private FrostNonces Nonces(PartyId pid, string label = "edge", SigningKey? key = null) =>
        FrostNonces.Generate((key ?? _key).Record, pid, (key ?? _key).Shares[pid], (key ?? _key).Committee.Parties[0].Nid, new DeterministicRandom(label, $"{pid}"));

    private static RoundInbox<RawMessage> Inbox(FrostCoordination coordination, MessageType type, Func<PartyId, byte[]> payload)
    {
        var inbox = coordination.NewInbox(type);
        foreach (var pid in coordination.Signers)
            Assert.Equal(InboxVerdict.Accepted, inbox.Add(pid, new(new PayloadBuffer(payload(pid)))));
        return inbox;
    }

    private FrostRequest Request(SigningKey key, uint[]? path = null, FrostMode mode = FrostMode.None, byte[]? root = null) =>
        new(default, key.Hash, SigningKey.MessageOf(key.Record.Suite), path ?? [], mode, root ?? [], [.. key.Committee.Pids.Select(pid => Nonces(pid, key: key).Commitment)]);

    [Fact]
    public void Commitments_and_shares_are_collected_once()
    {
        var coordination = Coordination();
        var nonces = coordination.Signers.ToDictionary(pid => pid, pid => Nonces(pid));
        var collecting = new CollectingFrostCommitments(coordination, new());
        Transition<CollectingFrostShares> Ask() => collecting.Complete(Inbox(coordination, MessageType.FrostCommitment, pid => nonces[pid].Commitment.Encode()));
        var asked = Assert.IsType<Transition<CollectingFrostShares>.Advance>(Ask());
        Assert.Throws<ObjectDisposedException>(Ask);

        var shares = coordination.Signers.ToDictionary(pid => pid, pid => Assert.IsType<FrostAnswer.Signed>(FrostSigner.Sign(
            _key.Record, asked.Next.Request, pid, _key.Shares[pid], nonces[pid], _key.Committee.Parties[0].Nid, _key.Committee.Identity(pid))).Share.EncodePayload());
        Transition<FrostSignature> Finish() => asked.Next.Complete(Inbox(coordination, MessageType.FrostShare, pid => shares[pid]));
        Assert.IsType<Transition<FrostSignature>.Advance>(Finish());
        Assert.Throws<ObjectDisposedException>(Finish);
    }

    /// <summary>What is seen first, a share that cannot be read, is not told first: parties stand in their order, whatever their faults.</summary>
    [Fact]
    public void Accusations_stand_in_order_of_parties()
    {
        var (first, second) = (_key.Committee.Pids[0], _key.Committee.Pids[1]);
        FrostRequest? asked = null;
        var run = _key.Run((signer, type, payload) =>
        {
            if (type == MessageType.FrostRequest)
                Assert.True(FrostRequest.TryDecode(_key.Record, _key.Hash, payload, out asked, out _));
            if (type != MessageType.FrostShare)
                return payload;
            return signer == second ? [] : FrostShare.Sign(first, asked!, Groups.For(Curve.Edwards25519).One, _key.Committee.Identity(first)).EncodePayload();
        });
        Assert.Equal(
            [(first, FaultKind.BadSignatureShare), (second, FaultKind.MalformedMessage)], run.Fault!.Accusations.Select(accusation => (accusation.Culprit, accusation.Kind)));
    }

    /// <summary>No peer chooses the path: that the coordinator asks for what nobody signs is its own mistake, and blames nobody.</summary>
    [Fact]
    public void A_path_without_a_key_is_a_defect_of_the_coordinators_own_and_refused_by_signers()
    {
        var coordination = Coordination(path: [0x80000000]);
        var collecting = new CollectingFrostCommitments(coordination, new());
        Assert.Throws<InvalidOperationException>(() => collecting.Complete(Inbox(coordination, MessageType.FrostCommitment, pid => Nonces(pid).Commitment.Encode())));
        foreach (var suite in new[] { Suite.FrostEd25519, Suite.FrostSecp256k1Taproot })
        {
            using var key = new SigningKey(2, 2, suite: suite);
            Assert.False(FrostEquation.TryCreate(key.Record, Request(key, path: [0x80000000]), out var equation, out var refusal));
            Assert.Equal((null, FrostRefusal.BadPath), (equation, refusal));
            Assert.True(FrostEquation.TryCreate(key.Record, Request(key, path: [0x7fffffff]), out _, out _));
        }
    }

    [Fact]
    public void A_commitment_is_read_in_its_exact_length()
    {
        var (group, pid) = (Groups.For(Curve.Edwards25519), _key.Committee.Pids[1]);
        var bytes = Nonces(pid).Commitment.Encode();
        Assert.True(FrostCommitment.TryDecode(group, pid, bytes, out var read));
        Assert.Equal((pid, Convert.ToHexString(bytes)), (read.Signer, Convert.ToHexString(read.Encode())));
        foreach (var other in new[] { [], bytes[..32], bytes[..^1], [.. bytes, 0], [.. bytes, .. bytes], new byte[64] })
        {
            Assert.False(FrostCommitment.TryDecode(group, pid, other, out var none));
            Assert.Null(none);
        }
    }

    [Fact]
    public void Signers_stand_ascending_and_a_path_has_a_bound()
    {
        Assert.Equal(_key.Committee.Pids, Coordination(_key.Committee.Pids.Reverse()).Signers);
        Assert.NotNull(_key.Run(path: LongestPath).Signature);
        Assert.Throws<ArgumentException>(() => _key.Run(path: [.. LongestPath, 1], name: "longer"));
    }

    [Fact]
    public void Nonces_that_nobody_took_are_wiped_and_taken_ones_are_the_takers()
    {
        var untaken = Nonces(_key.Committee.Pids[0]);
        untaken.Dispose();
        Assert.False(untaken.TrySpend(out var hiding, out var binding));
        Assert.Throws<ObjectDisposedException>(() => hiding.MultiplyBase());
        Assert.Throws<ObjectDisposedException>(() => binding.MultiplyBase());

        var taken = Nonces(_key.Committee.Pids[0]);
        Assert.True(taken.TrySpend(out hiding, out binding));
        taken.Dispose();
        using (hiding)
        using (binding)
            Assert.Equal((taken.Commitment.Hiding, taken.Commitment.Binding), (hiding.MultiplyBase(), binding.MultiplyBase()));
    }

    [Fact]
    public void A_request_of_the_greatest_size_and_the_longest_path_is_read_and_nothing_longer()
    {
        FrostRefusal? Refusal(byte[] bytes)
        {
            FrostRequest.TryDecode(_key.Record, _key.Hash, bytes, out _, out var refusal);
            return refusal;
        }
        Assert.Null(Refusal(Request(_key, LongestPath).Encode()));
        Assert.Null(Refusal((Request(_key) with { Message = new byte[FrostRequest.MaxMessage] }).Encode()));
        Assert.Equal(FrostRefusal.BadPath, Refusal(Request(_key, [.. LongestPath, 1]).Encode()));
        Assert.Equal(FrostRefusal.Malformed, Refusal((Request(_key) with { Message = new byte[FrostRequest.MaxMessage + 1] }).Encode()));
        // Too long is told before anything is read; at the bound it is read, and found to be another key's.
        Assert.Equal(FrostRefusal.OtherKeyRecord, Refusal(new byte[FrostRequest.MaxSize]));
        Assert.Equal(FrostRefusal.Malformed, Refusal(new byte[FrostRequest.MaxSize + 1]));
    }

    /// <summary>Taproot alone has two modes and a root: each of them wrong by itself, and both at once.</summary>
    [Theory]
    [InlineData(2, 0)]
    [InlineData(255, 32)]
    [InlineData(2, 1)]
    [InlineData(1, 31)]
    [InlineData(0, 32)]
    public void A_mode_that_no_suite_has_is_refused_whatever_its_root(byte mode, int rootLength)
    {
        using var key = new SigningKey(2, 2, suite: Suite.FrostSecp256k1Taproot);
        var good = Request(key, mode: FrostMode.KeyPath, root: new byte[32]);
        Assert.True(FrostRequest.TryDecode(key.Record, key.Hash, good.Encode(), out _, out _));
        Assert.False(FrostRequest.TryDecode(key.Record, key.Hash, (good with { Mode = (FrostMode)mode, Root = new byte[rootLength] }).Encode(), out _, out var refusal));
        Assert.Equal(FrostRefusal.BadMode, refusal);
    }

    [Theory]
    [InlineData(Suite.None)]
    [InlineData(Suite.EcdsaSecp256k1)]
    [InlineData(Suite.EcdsaP256)]
    public void Suites_of_ECDSA_are_none_of_FROST(Suite suite) => Assert.Throws<NotSupportedException>(() => FrostSuite.For(suite));

    [Fact]
    public void The_memory_of_commitments_holds_one_at_least()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SeenCommitments(1));
        var (seen, commitment) = (new SeenCommitments(2), Nonces(_key.Committee.Pids[0]).Commitment);
        Assert.True(seen.TryAdd(_key.Hash, commitment));
        Assert.False(seen.TryAdd(_key.Hash, commitment));
    }
}
