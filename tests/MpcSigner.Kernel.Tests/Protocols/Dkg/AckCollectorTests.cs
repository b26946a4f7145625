using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkg;

/// <summary>Only the ACKs of all n are a certificate (spec §9 "Commit").</summary>
public sealed class AckCollectorTests
{
    [Fact]
    public void All_acks_make_a_certificate_for_every_key()
    {
        using var committee = Committee.OfSize(3);
        using var run = new DkgRun(committee, committee.Input(2, count: 5));
        var result = run.Results[committee.Pids[0]];
        var collector = new AckCollector(AckTerms.Of(result), committee.Identities);
        foreach (var pid in committee.Pids)
        {
            Assert.False(collector.IsComplete);
            Assert.Throws<InvalidOperationException>(() => collector.Certificate);
            Assert.Contains(pid, collector.Missing);
            Assert.Null(collector.Add(pid, run.Results[pid].SignAck(committee.Identity(pid))));
            Assert.Null(collector.Add(pid, run.Results[pid].SignAck(committee.Identity(pid))));
        }
        Assert.True(collector.IsComplete);
        for (var k = 0; k < 5; k++)
        {
            var verdict = collector.ForKey(result.RecordHashes, k).Verify(result.Records[k], nid => committee.Identities.GetValueOrDefault(nid));
            Assert.True(verdict.IsValid, $"{verdict}");
        }
        var second = new AckCollector(AckTerms.Of(run.Results[committee.Pids[1]]), committee.Identities);
        Assert.True(second.TryAddAll(collector.EncodeCertificate()));
        Assert.Equal(collector.EncodeCertificate(), second.EncodeCertificate());
        Assert.Throws<ArgumentException>(() => collector.ForKey([.. result.RecordHashes.Reverse()], 0));
    }

    [Fact]
    [Trait("row", "F-BadAcknowledgement")]
    public void Rejects_acks_of_others_for_other_things()
    {
        using var committee = Committee.OfSize(3);
        using var run = new DkgRun(committee, committee.Input(2));
        using var other = new DkgRun(committee, committee.Input(2, session: 2));
        var (one, two) = (committee.Pids[0], committee.Pids[1]);
        var collector = new AckCollector(AckTerms.Of(run.Results[one]), committee.Identities);
        var ack = run.Results[one].SignAck(committee.Identity(one));
        Assert.Equal(FaultKind.BadAcknowledgement, collector.Add(two, ack)?.Kind); // another's signature
        Assert.Equal(two, collector.Add(two, ack)?.Culprit);
        Assert.Equal(FaultKind.BadAcknowledgement, collector.Add(one, other.Results[one].SignAck(committee.Identity(one)))?.Kind); // another session's
        Assert.Equal(FaultKind.BadAcknowledgement, collector.Add(one, ack.AsSpan(0, 63))?.Kind);
        Assert.Equal(FaultKind.BadAcknowledgement, collector.Add(one, [.. ack, 0])?.Kind);
        Assert.Equal(FaultKind.MalformedMessage, collector.Add(new(8), ack)?.Kind);
        Assert.Equal(3, collector.Missing.Count);
    }

    [Fact]
    public void Rejects_a_pushed_certificate_unless_all_of_it_holds()
    {
        using var committee = Committee.OfSize(3);
        using var run = new DkgRun(committee, committee.Input(2));
        var terms = AckTerms.Of(run.Results[committee.Pids[0]]);
        List<Acknowledgement> acks = [.. committee.Pids.Select(pid => new Acknowledgement(pid, run.Results[pid].SignAck(committee.Identity(pid))))];
        foreach (var wrong in new[]
        {
            CommitCertificate.EncodeAcknowledgements([acks[0], acks[1]]),
            CommitCertificate.EncodeAcknowledgements([acks[1], acks[0], acks[2]]),
            CommitCertificate.EncodeAcknowledgements([acks[0], acks[0], acks[1]]),
            CommitCertificate.EncodeAcknowledgements([acks[0], acks[1] with { Signature = acks[2].Signature }, acks[2]]),
            CommitCertificate.EncodeAcknowledgements([acks[0], acks[1], acks[2] with { Pid = new(9) }]),
            [], [0, 0],
        })
        {
            var collector = new AckCollector(terms, committee.Identities);
            Assert.False(collector.TryAddAll(wrong));
            Assert.Equal(3, collector.Missing.Count);
        }
    }

    [Fact]
    public void Aborts_and_dones_are_bound_to_order_kind_and_signer()
    {
        using var committee = Committee.OfSize(2);
        var (key, other) = (committee.Identity(committee.Pids[0]), committee.Identity(committee.Pids[1]));
        var order = committee.Input(2).Order;
        foreach (var kind in Enum.GetValues<AbortKind>())
        {
            Assert.True(OrderAbort.TryDecode(OrderAbort.Sign(order, kind, key).Encode(), out var abort));
            Assert.True(abort.Verify(order, key.PublicKey));
            Assert.False(abort.Verify(order, other.PublicKey));
            Assert.False(abort.Verify(default, key.PublicKey));
            Assert.False((abort with { Kind = kind == AbortKind.Ordered ? AbortKind.NeverAcknowledged : AbortKind.Ordered }).Verify(order, key.PublicKey));
        }
        Assert.False(OrderAbort.TryDecode([2, .. new byte[64]], out _));
        Assert.False(OrderAbort.TryDecode(new byte[64], out _));
        var done = OrderDone.Sign(order, default, key);
        Assert.True(OrderDone.Verify(order, default, done, key.PublicKey));
        Assert.False(OrderDone.Verify(order, order, done, key.PublicKey));
        Assert.False(OrderDone.Verify(order, default, done, other.PublicKey));
    }
}
