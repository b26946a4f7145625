using MpcSigner.Coordination;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Lifecycle;

/// <summary>Spec §9 "Commit": the parties' words about a creation, ACK and ABORT, and what a node says of them. Party 1 of three is this node.</summary>
public sealed class OrderWordsTests : IDisposable
{
    private static readonly Digest32 Echo = new(Enumerable.Repeat((byte)0xec, 32).ToArray());
    private static readonly Digest32 Root = new(Enumerable.Repeat((byte)0x44, 32).ToArray());

    private readonly MiniCluster _mini = new(4, start: false);
    private readonly NodeMachine _machine;
    private readonly AuthenticatedRequest _request;

    public OrderWordsTests()
    {
        _machine = new(_mini.Nodes[0].NewSetup());
        Context.Begin(new(_mini.Now, default));
        Assert.True(_machine.Rooms.Gate.TryAuthenticate(_mini.Sign(_mini.Creation(2, 3)), Door.Client, _mini.Now, out var request, out _));
        _request = request;
    }

    public void Dispose()
    {
        _machine.Dispose();
        _mini.Dispose();
    }

    private MachineContext Context => _machine.Rooms.Context;

    private Digest32 Hash => CreationCase.OrderOf(_request);

    private static PartyId Pid(int party) => new((ushort)party);

    private byte[] Sign(int party, Digest32 statement) => _mini.Nodes[party - 1].Identity.Sign(statement);

    private byte[] Ack(int party, Digest32? echo = null) => Sign(party, LifecycleDigests.Ack(Suite.FrostEd25519, default, Hash, echo ?? Echo, Root));

    private PartyAbort Abort(int party, AbortKind kind = AbortKind.NeverAcknowledged, Digest32? order = null) => new(Pid(party), Sign(party, LifecycleDigests.Abort(order ?? Hash, kind)));

    private OrderAcks Acks(int judged = 0)
    {
        var acks = new OrderAcks(Suite.FrostEd25519, default, Hash, _mini.Creation(2, 3).Parties, () => Context.Members);
        if (judged > 0)
            acks.Know(Echo, Root);
        for (var party = 1; party <= judged; party++)
            acks.Add(Pid(party), Ack(party));
        return acks;
    }

    private OrderCertificate Certificate(params int[] parties) => new(Hash, Echo, Root, [.. parties.Select(party => (Pid(party), (ReadOnlyMemory<byte>)Ack(party)))]);

    private Order Restored(OrderState state, PartyAbort? abort = null)
    {
        var order = new Order(_machine.Rooms, new(_machine.Rooms), _request);
        order.Restore(Row(state, abort));
        return order;
    }

    private OrderRow Row(OrderState state, PartyAbort? abort = null) => new(
        Hash, (byte)OrderKind.Creation, Suite.FrostEd25519, 0, 0, default, _request.Signed, state, Echo, Root, Ack(1), 0, abort?.Signature ?? default, abort?.Party, default);

    [Fact]
    public void ACKs_that_come_early_are_judged_when_the_result_is_known()
    {
        var acks = Acks();
        List<int> bad = [];
        acks.Add(Pid(1), Ack(1), () => bad.Add(1));
        acks.Add(Pid(2), Ack(2, echo: Root), () => bad.Add(2)); // of another result
        acks.Add(Pid(3), Ack(3)[1..], () => bad.Add(3)); // too short whatever the result
        acks.Add(Pid(4), Ack(4), () => bad.Add(4)); // no party
        Assert.Equal([3, 4], bad);
        Assert.False(acks.Holds(Pid(1)));
        Assert.False(acks.AddAll(Certificate(1, 2, 3)));
        Assert.Throws<InvalidOperationException>(acks.Certificate);
        acks.Know(Echo, Root);
        Assert.Equal([3, 4, 2], bad);
        Assert.Equal((true, false, false), (acks.Holds(Pid(1)), acks.Holds(Pid(2)), acks.Holds(Pid(3))));
        acks.Add(Pid(2), Ack(3), () => bad.Add(5)); // another's
        Assert.Equal(5, bad[^1]);
        acks.Add(Pid(2), Ack(3)); // nobody needs to hear
        acks.Add(Pid(3), Ack(3));
        Assert.False(acks.IsComplete);
        Assert.Throws<InvalidOperationException>(acks.Certificate);
        acks.Add(Pid(2), Ack(2));
        Assert.True(acks.IsComplete);
        Assert.Equal([Pid(1), Pid(2), Pid(3)], acks.Certificate().Acks.Select(ack => ack.Pid));
        Assert.Equal((Hash, Echo, Root), (acks.Certificate().Order, acks.Certificate().Echo, acks.Certificate().RecordsRoot));
        Assert.Equal(4, bad.Count);
    }

    [Fact]
    public void A_certificate_is_taken_when_it_is_of_this_result_and_complete()
    {
        Assert.False(Acks(1).AddAll(Certificate(1, 2, 3) with { Order = default }));
        Assert.False(Acks(1).AddAll(Certificate(1, 2, 3) with { Echo = default }));
        Assert.False(Acks(1).AddAll(Certificate(1, 2, 3) with { RecordsRoot = default }));
        Assert.False(Acks(1).AddAll(Certificate(1, 2)));
        Assert.True(Acks(1).AddAll(Certificate(2, 3)));
        Assert.True(Acks(1).AddAll(Certificate(3, 2, 1)));
        var other = Acks(1);
        other.AddAll(Certificate(1, 2, 3) with { Echo = default });
        Assert.False(other.Holds(Pid(2))); // nothing of it was taken
    }

    [Fact]
    public void An_ABORT_holds_by_another_partys_signature_of_kind_0_over_this_order()
    {
        var aborts = new OrderAborts(Context, Restored(OrderState.Acknowledged));
        Assert.True(aborts.Holds(Abort(2)));
        Assert.True(aborts.Holds(Abort(3)));
        Assert.False(aborts.Holds(Abort(1)));
        Assert.False(aborts.Holds(Abort(4)));
        Assert.False(aborts.Holds(Abort(2) with { Party = Pid(3) }));
        Assert.False(aborts.Holds(Abort(2, AbortKind.Ordered)));
        Assert.False(aborts.Holds(Abort(2, order: Root)));
        Assert.False(aborts.Holds(Abort(2) with { Signature = Abort(2).Signature[1..] }));
        Assert.False(aborts.Holds(Abort(2) with { Signature = default }));
    }

    [Fact]
    public void Whoever_signed_both_words_is_exposed_and_blamed_once()
    {
        var aborts = new OrderAborts(Context, Restored(OrderState.Acknowledged));
        Assert.False(aborts.IsExposed(Acks(3)));
        aborts.Take(Abort(2));
        Assert.Equal(Pid(2), aborts.Taken?.Party);
        Assert.False(aborts.IsExposed(Acks(1)));
        Assert.True(aborts.IsExposed(Acks(2)));
        _ = Context.End();
        aborts.Blame(Abort(2));
        aborts.Blame(Abort(2));
        aborts.Blame(Abort(3));
        var effects = Context.End();
        Assert.Equal([_mini.Nodes[1].Nid, _mini.Nodes[2].Nid],
            effects.OfType<NodeEffect.Observe>().Select(effect => Assert.IsType<Observation.PeerBlamed>(effect.Observation).Peer));
        var entries = effects.OfType<NodeEffect.Commit>().SelectMany(commit => commit.Writes.OfType<StoreWrite.Append>()).Select(write => write.Entry).ToArray();
        Assert.Equal([AuditKind.PeerFault, AuditKind.PeerFault], entries.Select(entry => entry.Kind));
        Assert.Contains(Convert.ToHexStringLower(Abort(2).Signature.Span), System.Text.Encoding.UTF8.GetString(entries[0].Detail.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_of_an_order_what_is_durable_here_and_repeats_no_ABORT_of_one_that_lies()
    {
        var pending = OrderAnswers.FromMemory(Restored(OrderState.Acknowledged), Acks(1), new(Context, Restored(OrderState.Acknowledged)), Ack(1));
        Assert.Equal((Echo, Root), (Assert.IsType<OrderAnswer.Acknowledged>(pending).Echo, ((OrderAnswer.Acknowledged)pending).RecordsRoot));
        Assert.IsType<OrderAnswer.InProgress>(OrderAnswers.FromMemory(Restored(OrderState.Begun), Acks(), new(Context, Restored(OrderState.Begun)), default));
        var givenUp = Restored(OrderState.GivenUp, Abort(2));
        Assert.Equal(OrderPhase.GivenUp, givenUp.Phase);
        var aborts = new OrderAborts(Context, givenUp);
        Assert.IsType<OrderAnswer.Acknowledged>(OrderAnswers.FromMemory(givenUp, Acks(1), aborts, Ack(1)));
        aborts.Take(Abort(2));
        var told = Assert.IsType<OrderAnswer.Aborted>(OrderAnswers.FromMemory(givenUp, Acks(1), aborts, Ack(1)));
        Assert.Equal(((byte)0, Pid(2)), (told.Kind, told.Party));
        Assert.IsType<OrderAnswer.Acknowledged>(OrderAnswers.FromMemory(givenUp, Acks(2), aborts, Ack(1)));
    }

    [Fact]
    public void Says_nothing_of_an_order_before_its_own_ACK()
    {
        RequestEntry? entry = null;
        _machine.Rooms.Ledger.Claim(_request, claimed => entry = claimed, _ => { });
        Context.Take<Waiter.ForRead>(Assert.Single(Context.End().OfType<NodeEffect.Read>()).Token)!.Done([new StoreAnswer.Request(null), new StoreAnswer.Booking(null), new StoreAnswer.Key(null)]);
        var order = new Order(_machine.Rooms, new(_machine.Rooms), _request);
        Assert.IsType<OrderAnswer.InProgress>(order.Answer());
        order.Begin(entry!, new(), () => { });
        Context.Take<Waiter.ForCommit>(Assert.Single(Context.End().OfType<NodeEffect.Commit>()).Token)!.Durable();
        Assert.Equal(OrderPhase.Begun, order.Phase);
        Assert.IsType<OrderAnswer.InProgress>(order.Answer());
    }

    [Fact]
    public void Says_from_the_store_alone_how_an_order_ended()
    {
        OrderAnswer FromStore(OrderState state, PartyAbort? abort = null, params KeyRow[] keys) =>
            OrderAnswers.FromStore(Row(state, abort), keys, Context.Self, _mini.Creation(2, 3));
        var (rows, certificate) = Stored();
        var certified = Assert.IsType<OrderAnswer.Certified>(FromStore(OrderState.Active, null, rows)).Certificate;
        AssertSame(certificate, certified);
        Assert.IsType<OrderAnswer.InProgress>(FromStore(OrderState.Active)); // its rows have gone
        var own = Assert.IsType<OrderAnswer.Aborted>(FromStore(OrderState.Aborted, new(Pid(3), Abort(1).Signature)));
        Assert.Equal(Pid(1), own.Party);
        var others = Assert.IsType<OrderAnswer.Aborted>(FromStore(OrderState.GivenUp, Abort(2)));
        Assert.Equal(Pid(2), others.Party);
        Assert.Equal(Abort(2).Signature.ToArray(), others.Signature.ToArray());
        Assert.IsType<OrderAnswer.InProgress>(FromStore(OrderState.GivenUp));
        Assert.IsType<OrderAnswer.InProgress>(FromStore(OrderState.Begun));
        Assert.IsType<OrderAnswer.InProgress>(FromStore(OrderState.Acknowledged, null, rows));
    }

    /// <summary>Two keys of the order with their certificates, and the certificate they came from.</summary>
    private (KeyRow[] Rows, OrderCertificate Certificate) Stored()
    {
        var certificate = Certificate(1, 2, 3);
        KeyRow[] rows = [.. Enumerable.Range(0, 2).Select(k => new KeyRow(
            new(Suite.FrostEd25519, new(Enumerable.Repeat((byte)k, 32).ToArray()), 0, 2, [], default, default),
            new(Enumerable.Repeat((byte)(k + 9), 32).ToArray()), Hash, (ushort)k, default, "", default, KeyState.Active, 0, default, default, default))];
        var stored = OrderCertificates.ForKeys(certificate, rows);
        Assert.Equal(rows.Select(row => row.Record.KeyId), stored.Select(one => one.Key));
        return ([.. rows.Select((row, k) => row with { Certificate = stored[k].Certificate })], certificate);
    }

    private static void AssertSame(OrderCertificate expected, OrderCertificate actual)
    {
        Assert.Equal((expected.Order, expected.Echo, expected.RecordsRoot), (actual.Order, actual.Echo, actual.RecordsRoot));
        Assert.Equal(expected.Acks.Select(ack => (ack.Pid, Convert.ToHexString(ack.Ack.Span))), actual.Acks.Select(ack => (ack.Pid, Convert.ToHexString(ack.Ack.Span))));
    }

    [Fact]
    public void A_certificate_comes_back_as_it_was_from_a_frame_and_from_any_of_its_keys()
    {
        var (rows, certificate) = Stored();
        var bytes = OrderCertificates.Encode(certificate with { Acks = [.. certificate.Acks.Reverse()] });
        Assert.True(OrderCertificates.TryDecode(bytes, out var decoded));
        AssertSame(certificate, decoded); // ascending, however it was put
        Assert.False(OrderCertificates.TryDecode(bytes.AsSpan(1), out _));
        Assert.False(OrderCertificates.TryDecode(bytes.AsSpan(0, 40), out _));
        Assert.False(OrderCertificates.TryDecode(bytes.AsSpan(0, bytes.Length - 1), out decoded));
        Assert.Null(decoded);
        Assert.False(OrderCertificates.TryDecode(new byte[1 << 20], out _));
        var largest = certificate with { Acks = [.. Enumerable.Range(1, CommitCertificate.MaxAcknowledgements).Select(i => (Pid(i), (ReadOnlyMemory<byte>)Ack(1)))] };
        Assert.True(OrderCertificates.TryDecode(OrderCertificates.Encode(largest), out decoded));
        AssertSame(largest, decoded);
        foreach (var row in rows)
            AssertSame(certificate, OrderCertificates.FromKey(row, Root));
        for (var k = 0; k < 2; k++)
        {
            Assert.True(CommitCertificate.TryDecode(rows[k].Certificate.Span, out var one));
            Assert.Equal((k, 2, Hash, default(Digest32)), (one.Index, one.Count, one.OrderHash, one.OldRoot));
        }
        Assert.Throws<InvalidOperationException>(() => OrderCertificates.FromKey(rows[0] with { Certificate = new byte[5] }, Root));
    }

    [Fact]
    public void An_order_claims_its_request_once_and_gives_it_back()
    {
        var claim = new OrderClaim(_machine.Rooms, _request);
        Assert.Throws<InvalidOperationException>(() => claim.Held);
        claim.Release(); // nothing yet
        var (failed, claimed) = (0, new List<RequestEntry>());
        void With() => claim.With(() => failed++, claimed.Add);
        Waiter.ForRead Read() => Context.Take<Waiter.ForRead>(Assert.Single(Context.End().OfType<NodeEffect.Read>()).Token)!;
        With();
        Read().Failed("broken");
        Assert.Equal((1, 0), (failed, claimed.Count));
        With();
        Read().Done([new StoreAnswer.Request(null), new StoreAnswer.Booking(null), new StoreAnswer.Key(null)]);
        With();
        Assert.Empty(Context.End().OfType<NodeEffect.Read>());
        Assert.Equal((2, claimed[0]), (claimed.Count, claim.Held));
        Assert.Same(claimed[0], claimed[1]);
        claim.Release();
        claim.Release(); // once
        Assert.Throws<InvalidOperationException>(() => claim.Held);
        With();
        Read(); // it was forgotten with its last claim
        var given = new OrderClaim(_machine.Rooms, _request);
        given.Hold(claimed[0]);
        Assert.Same(claimed[0], given.Held);
    }
}
