using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkg;

/// <summary>States that answer once and to their own round, what a session that is given up leaves, and what no evidence of a key generation proves.</summary>
public sealed class DkgEdgeTests : IDisposable
{
    private readonly Committee _committee = Committee.OfSize(2);

    public void Dispose() => _committee.Dispose();

    private static byte[] Sent(Outbox outbox) => outbox.Messages[0].Payload.Span.ToArray();

    private RoundInbox<RawMessage> Inbox(DkgSession session, byte round, byte[] message)
    {
        var inbox = session.NewInbox(round);
        Assert.Equal(InboxVerdict.Accepted, inbox.Add(_committee.Pids[1], new(new PayloadBuffer(message))));
        return inbox;
    }

    [Fact]
    public void Every_state_completes_once_and_with_the_inbox_of_its_own_round()
    {
        var input = _committee.Input(2);
        var session = _committee.Session(input, _committee.Pids[0]);
        using var peer = DkgParty.Begin(_committee.Session(input, _committee.Pids[1]), out var theirs);
        var round1 = Sent(theirs);
        var begun = CollectingCommitments.Begin(session);
        Assert.Throws<ArgumentException>(() => begun.Next.Complete(Inbox(session, 2, round1)));
        var shares = Assert.IsType<Transition<CollectingShares>.Advance>(begun.Next.Complete(Inbox(session, 1, round1)));
        var round2 = Sent(Assert.IsType<DkgStep.Send>(peer.Receive(_committee.Pids[0], 1, new(Sent(begun.Outbox)))).Outbox);
        Assert.Throws<ObjectDisposedException>(() => begun.Next.Complete(Inbox(session, 1, round1)));
        Assert.Throws<ArgumentException>(() => shares.Next.Complete(Inbox(session, 1, round2)));
        var confirmations = Assert.IsType<Transition<CollectingConfirmations>.Advance>(shares.Next.Complete(Inbox(session, 2, round2)));
        Assert.Throws<ObjectDisposedException>(() => shares.Next.Complete(Inbox(session, 2, round2)));
        var round3 = Sent(Assert.IsType<DkgStep.Send>(peer.Receive(_committee.Pids[0], 2, new(Sent(shares.Outbox)))).Outbox);
        Assert.Throws<ArgumentException>(() => confirmations.Next.Complete(Inbox(session, 2, round3)));
        using var result = Assert.IsType<Transition<DkgResult>.Advance>(confirmations.Next.Complete(Inbox(session, 3, round3))).Next;
        Assert.Throws<ObjectDisposedException>(() => confirmations.Next.Complete(Inbox(session, 3, round3)));
        Assert.Equal(result.Records[0].Find(_committee.Pids[0])!.PublicShare.ToArray(), result.Shares.MultiplyBase(0).Encode());
    }

    [Fact]
    public void A_session_that_is_given_up_goes_on_with_nothing()
    {
        var input = _committee.Input(2);
        var session = _committee.Session(input, _committee.Pids[0]);
        using var peer = DkgParty.Begin(_committee.Session(input, _committee.Pids[1]), out var theirs);
        var begun = CollectingCommitments.Begin(session);
        begun.Next.Dispose();
        Assert.Throws<ObjectDisposedException>(() => begun.Next.Complete(Inbox(session, 1, Sent(theirs))));

        var party = DkgParty.Begin(_committee.Session(input, _committee.Pids[0], "again"), out _);
        Assert.Equal((1, 1), (party.Round, party.Missing.Count));
        party.Dispose();
        Assert.Equal((0, 0), (party.Round, party.Missing.Count));
        Assert.IsType<DkgStep.Wait>(party.Receive(_committee.Pids[1], 1, new(Sent(theirs))));
    }

    /// <summary>The longest START has 1,000 keys of 16 parties, and the pids of parties are none of them 0.</summary>
    [Fact]
    public void The_longest_START_is_as_long_as_its_bound()
    {
        var parties = Enumerable.Range(1, 16).Select(i => (new PartyId((ushort)i), new NodeId(Enumerable.Repeat((byte)i, 32).ToArray()))).ToArray();
        Assert.True(DkgInput.TryCreate(Suite.FrostSecp256k1Taproot, default, 1_000, 16, parties, parties[0].Item2, default, out var input, out _));
        var bytes = input.Encode();
        Assert.Equal(DkgInput.MaxSize, bytes.Length);
        Assert.True(DkgInput.TryDecode(bytes, out var read));
        Assert.Equal((input, input.GetHashCode()), (read, read.GetHashCode()));
        Assert.False(input.Equals(null));
        Assert.Equal(parties[3].Item1, read.PidOf(parties[3].Item2));
        Assert.Null(read.PidOf(default));
        byte[] withoutPid = [.. bytes];
        withoutPid.AsSpan(3 + 32 + 2 + 1_000 * 32 + 2, 2).Clear();
        Assert.False(DkgInput.TryDecode(withoutPid, out _));
    }

    [Fact]
    public void A_layout_knows_three_rounds_and_their_broadcast_parts()
    {
        var layout = new DkgLayout(Groups.For(Curve.Secp256k1), threshold: 2, count: 3);
        Assert.Equal([64, layout.OpeningPayload, layout.ConfirmationPayload], new byte[] { 1, 2, 3 }.Select(layout.BroadcastSize));
        Assert.Equal(32 + 3 * 2 * 33 + 3 * 32 + 32 + 3 * 65, layout.OpeningPayload);
        Assert.Equal(64 + 3 * 65, layout.ConfirmationPayload);
        Assert.Equal(96, layout.SharesPayload);
        foreach (byte round in (byte[])[0, 4])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => layout.BroadcastSize(round));
            Assert.Throws<ArgumentOutOfRangeException>(() => layout.MessageSize(round));
        }
    }

    /// <summary>ACKs are of the parties that the terms name; in what order they come, and that one came before, changes nothing.</summary>
    [Fact]
    public void A_certificate_takes_every_party_in_order_and_needs_an_identity_of_each()
    {
        using var run = new DkgRun(_committee, _committee.Input(2));
        var result = run.Results[_committee.Pids[0]];
        var terms = AckTerms.Of(result);
        Assert.Equal(result.AckDigest, terms.Digest);
        var fewer = _committee.Identities.Where(pair => pair.Key != _committee.Nid(_committee.Pids[1])).ToDictionary();
        Assert.Throws<ArgumentException>(() => new AckCollector(terms, fewer));
        var collector = new AckCollector(terms, _committee.Identities);
        foreach (var pid in _committee.Pids.Reverse())
            Assert.Null(collector.Add(pid, result.SignAck(_committee.Identity(pid))));
        Assert.Equal(_committee.Pids, collector.Certificate.Select(ack => ack.Pid));
        Assert.Empty(collector.Missing);
        // A certificate over one that is half there already.
        var half = new AckCollector(terms, _committee.Identities);
        Assert.Null(half.Add(_committee.Pids[0], result.SignAck(_committee.Identity(_committee.Pids[0]))));
        Assert.True(half.TryAddAll(collector.EncodeCertificate()));
        var certificate = half.ForKey(result.RecordHashes, 0);
        Assert.Equal((0, 1, result.T2, result.Input.Order, default(Digest32)), (certificate.Index, certificate.Count, certificate.T2, certificate.OrderHash, certificate.OldRoot));
    }

    [Fact]
    public void An_ABORT_is_65_bytes_of_a_known_kind()
    {
        Assert.Equal(65, OrderAbort.Size);
        foreach (var kind in Enum.GetValues<AbortKind>())
            Assert.True(OrderAbort.TryDecode([(byte)kind, .. new byte[64]], out var abort) && abort.Kind == kind);
        foreach (var length in (int[])[0, 1, 64, 66])
            Assert.False(OrderAbort.TryDecode(new byte[length], out _));
    }

    /// <summary>Each kind of fault has its shape of evidence: fewer, more or other statements, and keys that the batch has not, prove nothing.</summary>
    [Fact]
    public void Evidence_of_another_shape_or_of_a_key_outside_the_batch_proves_nothing()
    {
        using var committee = Committee.OfSize(4);
        var input = committee.Input(threshold: 3, count: 2);
        var (cheater, victim) = (committee.Pids[1], committee.Pids[3]);
        foreach (var cheat in new[]
        {
            Cheating.DkgCheat.Round2OtherSalt, Cheating.DkgCheat.Round2ProofsSwappedBetweenKeys, Cheating.DkgCheat.Round2WrongShareForVictim, Cheating.DkgCheat.Round3BadProof,
            Cheating.DkgCheat.Round2IdentityPoint, Cheating.DkgCheat.Round3ProofNotCanonical,
        })
        {
            using var run = new DkgRun(committee, input, network: new Cheating.CheatingDkgPeer(committee, input, cheater, victim, cheat).Network);
            var court = new DkgEvidence(input, committee.Identities);
            var accusations = run.Faults[victim].Accusations;
            var accused = accusations.Select(one => one.Key).ToHashSet();
            foreach (var accusation in accusations)
            {
                Assert.True(court.Convicts(accusation), $"{cheat}");
                var evidence = accusation.Evidence;
                IReadOnlyList<ISignedEvidence>[] shapes = [[], [.. evidence.Skip(1)], [.. evidence, evidence[^1]], [evidence[0], .. evidence], [.. evidence.Reverse()]];
                foreach (var shape in shapes.Where(shape => !shape.SequenceEqual(evidence)))
                    Assert.False(court.Convicts(accusation with { Evidence = shape }), $"{cheat} {shape.Count}");
                foreach (var key in (int?[])[null, -1, 0, 1, 2, int.MaxValue])
                    Assert.Equal(accused.Contains(key) || accusation.Key is null, court.Convicts(accusation with { Key = key }));
                foreach (var kind in Enum.GetValues<FaultKind>().Where(kind => kind != accusation.Kind))
                    Assert.False(court.Convicts(accusation with { Kind = kind }), $"{cheat} as {kind}");
                Assert.False(court.Convicts(accusation with { Culprit = victim }));
            }
        }
    }
}
