using System.Security.Cryptography;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Statements;
using MpcSigner.Simulation.Host;
using MpcSigner.Wire.Requests;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

public sealed class OrderGateTests : IDisposable
{
    private static readonly RequestBodyCodec Codec = new();
    private readonly MiniCluster _mini = new(3, start: false);
    private readonly IdentityKey[] _keys = [.. Enumerable.Range(1, 4).Select(i => IdentityKey.FromSeed(Enumerable.Repeat((byte)i, 32).ToArray()))];

    public void Dispose()
    {
        foreach (var key in _keys)
            key.Dispose();
        _mini.Dispose();
    }

    private DateTimeOffset Now => _mini.Cluster.Epoch;

    /// <summary>The first three keys are administrators, two of them must sign.</summary>
    private OrderGate Gate(Func<Roster, Roster>? change = null)
    {
        var roster = _mini.Cluster.Roster with
        {
            Administrators = [.. _keys.Take(3).Select((key, i) => new RosterAdministrator($"admin-{i}", key.PublicKey.Bytes.ToArray()))],
            Quorum = 2,
        };
        var setup = _mini.Nodes[0].NewSetup() with { FileRoster = change?.Invoke(roster) ?? roster };
        return new(new MachineContext(setup));
    }

    private static Bytes32 Fill(byte value) => new(Enumerable.Repeat(value, 32).ToArray());

    private static OrderedKey[] Keys => [new(new(Fill(0x6b)), 0, new(Fill(0x4b))), new(new(Fill(0x6c)), 0, new(Fill(0x4c)))];

    private (PartyId, NodeId)[] Parties => [.. _mini.Nodes.Select((node, i) => (new PartyId((ushort)(i + 1)), node.Nid))];

    private MaintenanceAction.Refresh Refresh(uint attempt = 1, ScheduleInstance? schedule = null) =>
        new(Suite.EcdsaSecp256k1, attempt, Keys, 2, Parties) { Schedule = schedule };

    private byte[] Body(RequestAction action, Func<RequestBody, RequestBody>? change = null)
    {
        var body = new RequestBody(_mini.Cluster.Roster.Cluster, "order-1", Now, Now.AddHours(1), "", action);
        return Codec.Encode(change?.Invoke(body) ?? body);
    }

    private SignedOrder Sign(byte[] body, params int[] signers) => new(body, [.. signers
        .Select(i => new OrderSignature(new(SHA256.HashData(_keys[i].PublicKey.Bytes)), _keys[i].Sign(RequestStatements.ClientRequest(body))))
        .OrderBy(signature => signature.Administrator)]);

    private SignedOrder Sign(RequestAction action, params int[] signers) => Sign(Body(action), signers);

    private AuthenticatedOrder Accepted(OrderGate gate, SignedOrder signed, DateTimeOffset? now = null, Door door = Door.Client)
    {
        Assert.True(gate.TryAuthenticate(signed, door, now ?? Now, out var order, out var error), error?.Message);
        Assert.True(gate.TryAuthenticateEver(signed, out var ever, out _));
        Assert.Equal(order.Hash, ever.Hash);
        Assert.True(gate.TryIdentify(signed, out var hash));
        Assert.Equal(order.Hash, hash);
        return order;
    }

    private ServiceError Refused(OrderGate gate, SignedOrder signed, DateTimeOffset? now = null, Door door = Door.Client)
    {
        Assert.False(gate.TryAuthenticate(signed, door, now ?? Now, out var order, out var error));
        Assert.Null(order);
        Assert.NotEqual("", error.NextStep);
        return error;
    }

    [Fact]
    public void Takes_an_order_of_the_quorum_and_binds_body_and_signers_in_its_hash()
    {
        var body = Body(Refresh());
        var order = Accepted(Gate(), Sign(body, 0, 2));
        var ids = new[] { 0, 2 }.Select(i => new Bytes32(SHA256.HashData(_keys[i].PublicKey.Bytes))).Order().ToArray();
        Assert.Equal(OrderHash.Compute(OrderKind.Refresh, new(SHA256.HashData(body)), OrderHash.SignersId(ids)), order.Hash);
        Assert.Equal(ids, order.Signers.Select(signer => signer.Id.Value));
        Assert.NotEqual(order.Hash, Accepted(Gate(), Sign(body, 0, 1)).Hash);
        Assert.True(order.Selects(Keys[0].Key, "any label"));

        var alone = Accepted(Gate(roster => roster with { Quorum = 1 }), Sign(body, 1));
        Assert.Equal(OrderHash.Compute(OrderKind.Refresh, new(SHA256.HashData(body)), new(SHA256.HashData(_keys[1].PublicKey.Bytes))), alone.Hash);
        Assert.Equal("admin-1", alone.Origin);
    }

    [Fact]
    public void Every_kind_of_order_has_a_number_of_its_own_and_the_signatures_that_it_needs()
    {
        var digest = new Digest32(Fill(0x0d));
        (RequestAction Action, OrderKind Kind, int Needed)[] orders =
        [
            (Refresh(), OrderKind.Refresh, 2),
            (new MaintenanceAction.Reshare(Suite.EcdsaSecp256k1, 1, Keys, 2, Parties, [new(1), new(2)], 2, Parties, false), OrderKind.Reshare, 2),
            (new MaintenanceAction.Recover(Suite.EcdsaSecp256k1, 1, Keys, 2, Parties, [new(1), new(2)], new(3)), OrderKind.Recovery, 2),
            (new AdministratorAction.Destroy([.. Keys.Select(key => key.Key)], Now.AddHours(24)), OrderKind.Destruction, 2),
            (new AdministratorAction.CancelDestruction(digest), OrderKind.DestructionCancelled, 1),
            (new AdministratorAction.EndAttempt(digest, AttemptEnd.Abandon), OrderKind.AttemptEnded, 2),
            (new AdministratorAction.CancelJob(digest), OrderKind.JobCancelled, 1),
        ];
        foreach (var (action, kind, needed) in orders)
        {
            var body = Body(action);
            var signed = Sign(body, [.. Enumerable.Range(0, needed)]);
            var ids = signed.Signatures.Select(signature => signature.Administrator.Value).ToArray();
            Assert.Equal(OrderHash.Compute(kind, new(SHA256.HashData(body)), needed == 1 ? ids[0] : OrderHash.SignersId(ids)), Accepted(Gate(), signed).Hash);
            var few = Refused(Gate(), Sign(body, [.. Enumerable.Range(0, needed - 1)]));
            Assert.Equal(Reason.TooFewSignatures, few.Reason);
            Assert.Contains($"{needed - 1} administrators signed; the roster asks for {needed}", few.Message, StringComparison.Ordinal);
            Assert.StartsWith("Have 1 more sign", few.NextStep, StringComparison.Ordinal);
            var many = Refused(Gate(), Sign(body, [.. Enumerable.Range(0, needed + 1)]));
            Assert.Equal(Reason.BadOrder, many.Reason);
            Assert.Contains($"exactly {needed}", many.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Rejects_strangers_forgeries_repetitions_and_disorder()
    {
        var gate = Gate();
        var body = Body(Refresh());
        Assert.Equal(Reason.UnknownAdministrator, Refused(gate, Sign(body, 0, 3)).Reason);

        var good = Sign(body, 0, 1);
        var forged = good.Signatures[1].Signature.ToArray();
        forged[7] ^= 1;
        Assert.Equal(Reason.BadClientSignature, Refused(gate, good with { Signatures = [good.Signatures[0], good.Signatures[1] with { Signature = forged }] }).Reason);
        Assert.Equal(Reason.BadClientSignature, Refused(gate, good with { Signatures = [good.Signatures[0], good.Signatures[1] with { Signature = forged.AsMemory(1) }] }).Reason);
        Assert.Equal(Reason.BadClientSignature, Refused(gate, good with { Body = Body(Refresh(attempt: 2)) }).Reason);
        // One administrator's signature under another's name.
        Assert.Equal(Reason.BadClientSignature, Refused(gate, good with { Signatures = [good.Signatures[0], good.Signatures[1] with { Signature = good.Signatures[0].Signature }] }).Reason);

        foreach (var signatures in new OrderSignature[][] { [good.Signatures[1], good.Signatures[0]], [good.Signatures[0], good.Signatures[0]] })
        {
            var bad = good with { Signatures = signatures };
            Assert.Equal(Reason.MalformedRequest, Refused(gate, bad).Reason);
            Assert.False(gate.TryIdentify(bad, out _));
        }
        foreach (var (count, words) in new[] { (SignedOrder.MaxSignatures, "comes late or twice"), (SignedOrder.MaxSignatures + 1, "at most 64 signatures") })
        {
            var error = Refused(gate, good with { Signatures = [.. Enumerable.Repeat(good.Signatures[0], count)] });
            Assert.Equal(Reason.MalformedRequest, error.Reason);
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
            OrderSignature[] ascending = [.. Enumerable.Range(1, count).Select(i => new OrderSignature(new(Fill((byte)i)), new byte[64]))];
            Assert.Equal(count == SignedOrder.MaxSignatures, gate.TryIdentify(good with { Signatures = ascending }, out _)); // whoever they are
        }
        Assert.Equal(Reason.MalformedRequest, Refused(gate, good with { Body = default }).Reason);
        Assert.Equal(Reason.BadClientSignature, Refused(gate, good with { Body = new byte[SignedOrder.MaxBodyBytes] }).Reason);
        Assert.Equal(Reason.MalformedRequest, Refused(gate, good with { Body = new byte[SignedOrder.MaxBodyBytes + 1] }).Reason);
        Assert.False(gate.TryIdentify(good with { Body = new byte[SignedOrder.MaxBodyBytes + 1] }, out _));
    }

    [Fact]
    public void Rejects_another_cluster_a_clients_request_and_bytes_that_are_no_body()
    {
        var gate = Gate();
        Assert.Equal(Reason.WrongCluster, Refused(gate, Sign(Body(Refresh(), body => body with { Cluster = new(Fill(0x77)) }), 0, 1)).Reason);
        var request = Sign(new RequestAction.Sign(Keys[0].Key, [], PayloadKind.Raw, new byte[32]), 0, 1);
        Assert.Equal(Reason.BadOrder, Refused(gate, request).Reason);
        Assert.False(gate.TryIdentify(request, out _));
        Assert.Equal(Reason.MalformedRequest, Refused(gate, Sign(new byte[] { 1, 2, 3 }, 0, 1)).Reason);
    }

    /// <summary>From the node's own store, whoever may sign by now.</summary>
    [Fact]
    public void Recalls_an_order_that_it_has_begun_and_nothing_else()
    {
        var (gate, signed) = (Gate(roster => roster with { Quorum = 3 }), Sign(Refresh(), 0, 1));
        Assert.True(Gate().TryIdentify(signed, out var hash));
        var order = Assert.IsType<AuthenticatedOrder>(gate.Recall(signed, hash));
        Assert.Equal((hash, new(SHA256.HashData(signed.Body.Span)), 0), (order.Hash, order.BodyHash, order.Signers.Count));
        Assert.Null(gate.Recall(Sign(new RequestAction.Sign(Keys[0].Key, [], PayloadKind.Raw, new byte[32]), 0, 1), hash));
        Assert.Null(gate.Recall(new(new byte[] { 1, 2, 3 }, []), hash));
    }

    /// <summary>Attempts are numbered by the second for 45 years, to the last number there is.</summary>
    [Fact]
    public void The_last_second_that_has_numbers_has_three()
    {
        static IReadOnlyList<uint> From(long seconds) =>
            ScheduleGate.AttemptsOf(new("late", "", [], new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(seconds), Day, default), 0);
        Assert.Equal([1, 2, 3], From(0));
        Assert.Equal([1, 2, 3], From(-10)); // before the first
        Assert.Equal([4, 5, 6], From(1));
        Assert.Equal([uint.MaxValue - 2, uint.MaxValue - 1, uint.MaxValue], From(uint.MaxValue / 3 - 1));
        Assert.Empty(From(uint.MaxValue / 3));
    }

    [Fact]
    public void Follows_the_roster_that_is_in_force_at_the_call()
    {
        var signed = Sign(Refresh(), 1, 2);
        Accepted(Gate(), signed);
        var removed = Gate(roster => roster with { Administrators = [.. roster.Administrators.Take(2)] });
        Assert.Equal(Reason.UnknownAdministrator, Refused(removed, signed).Reason);
        Assert.True(removed.TryIdentify(signed, out _));
        Assert.Equal(Reason.TooFewSignatures, Refused(Gate(roster => roster with { Quorum = 3 }), signed).Reason);
    }

    [Fact]
    public void Rejects_orders_out_of_their_time_but_finds_them_ever()
    {
        var gate = Gate();
        var signed = Sign(Refresh(), 0, 1);
        Assert.Equal(Reason.RequestExpired, Refused(gate, signed, Now.AddHours(1).AddMilliseconds(1)).Reason);
        Assert.True(gate.TryAuthenticate(signed, Door.Peer, Now.AddHours(1).AddMilliseconds(1), out _, out _));
        Assert.Equal(Reason.RequestExpired, Refused(gate, signed, Now.AddHours(1).AddMinutes(3), Door.Peer).Reason);
        Assert.Equal(Reason.ClockSkew, Refused(gate, signed, Now.AddMinutes(-3)).Reason);
        Assert.True(gate.TryAuthenticateEver(signed, out _, out _));
    }

    [Fact]
    public void Rejects_a_destruction_before_the_rosters_delay()
    {
        var gate = Gate(roster => roster with { DestructionDelay = TimeSpan.FromHours(48) });
        var early = Sign(new AdministratorAction.Destroy([Keys[0].Key], Now.AddHours(48).AddMilliseconds(-1)), 0, 1);
        var error = Refused(gate, early);
        Assert.Equal(Reason.BadOrder, error.Reason);
        Assert.Contains("2026-01-03T00:00:00.000Z", error.Message, StringComparison.Ordinal);
        Assert.True(gate.TryAuthenticate(Sign(new AdministratorAction.Destroy([Keys[0].Key], Now.AddHours(48)), 0, 1), Door.Client, Now, out _, out _));
    }

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private Roster Scheduled(Roster roster, string label = "", params KeyId[] keys) =>
        roster with { Schedules = [new("daily", label, keys, Now - 10 * Day, Day, TimeSpan.FromHours(6))] };

    /// <summary>Each instance has three attempts of its own, by the second at which it begins.</summary>
    private uint FirstOf(uint index) => (uint)(3 * (long)(Now + ((int)index - 10) * Day - new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds + 1);

    private ScheduleInstance Instance(uint index, string name = "daily") => new(_mini.Cluster.Roster.Hash, name, index);

    [Fact]
    public void Takes_a_scheduled_refresh_without_signatures()
    {
        var gate = Gate(roster => Scheduled(roster, "hot"));
        var body = Body(Refresh(FirstOf(10), Instance(10)));
        var order = Accepted(gate, new(body, []));
        Assert.Equal(OrderHash.Compute(OrderKind.Refresh, new(SHA256.HashData(body)), _mini.Cluster.Roster.Hash.Value), order.Hash);
        Assert.Empty(order.Signers);
        Assert.Equal("schedule daily", order.Origin);
        Assert.True(order.Selects(Keys[0].Key, "hot"));
        Assert.False(order.Selects(Keys[0].Key, "cold"));
        Assert.False(order.Selects(Keys[0].Key, ""));
        Assert.True(Accepted(Gate(roster => Scheduled(roster)), new(body, [])).Selects(Keys[0].Key, ""));

        var named = Gate(roster => Scheduled(roster, "", Keys[0].Key, Keys[1].Key));
        Assert.True(Accepted(named, new(body, [])).Selects(Keys[0].Key, ""));
        Assert.False(Accepted(named, new(body, [])).Selects(new(Fill(0x6d)), ""));
    }

    [Fact]
    public void Rejects_what_no_schedule_allows()
    {
        var gate = Gate(roster => Scheduled(roster));
        SignedOrder Order(ScheduleInstance instance, uint? attempt = null) => new(Body(Refresh(attempt ?? FirstOf(instance.Index), instance)), []);
        void Check(string words, SignedOrder order, OrderGate? other = null)
        {
            var error = Refused(other ?? gate, order);
            Assert.Equal(Reason.NotScheduled, error.Reason);
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
        }
        Check("in force is version 1", Order(new(new(Fill(0x66)), "daily", 10)));
        Check("no schedule weekly", Order(Instance(10, "weekly")));
        foreach (var attempt in (uint[])[1, FirstOf(10) - 1, FirstOf(10) + 3, FirstOf(11), uint.MaxValue])
            Check($"Attempt {attempt} is none of the 3 of instance 10", Order(Instance(10), attempt));
        Assert.Equal(FirstOf(10) + 2, Assert.IsType<MaintenanceAction.Refresh>(Accepted(gate, Order(Instance(10), FirstOf(10) + 2)).Body.Action).Attempt);
        Check("does not name key 6c6c", Order(Instance(10)), Gate(roster => Scheduled(roster, "", Keys[0].Key)));
        Check("not due", Order(Instance(11)));
        Check("is over", Order(Instance(8)));
        Check("none of the 3", Order(Instance(uint.MaxValue), attempt: 1));

        var both = Sign(Refresh(FirstOf(10), Instance(10)), 0, 1);
        Assert.Equal(Reason.BadOrder, Refused(gate, both).Reason);
        Assert.Equal(Reason.TooFewSignatures, Refused(gate, new(Body(Refresh()), [])).Reason);
        Assert.False(gate.TryIdentify(new(Body(Refresh()), []), out _));
    }

    [Fact]
    public void An_instance_begins_at_its_time_and_ends_when_every_key_has_the_next()
    {
        var gate = Gate(roster => Scheduled(roster));
        bool Taken(DateTimeOffset now, Door door)
        {
            var body = Body(Refresh(FirstOf(10), Instance(10)), body => body with { IssuedAt = now, ExpiresAt = now.AddHours(1) });
            return gate.TryAuthenticate(new(body, []), door, now, out _, out _);
        }
        var end = Now + Day + TimeSpan.FromHours(6);
        Assert.True(Taken(Now, Door.Client));
        Assert.True(Taken(end.AddMilliseconds(-1), Door.Client));
        Assert.False(Taken(Now.AddMilliseconds(-1), Door.Client));
        Assert.False(Taken(end, Door.Client));
        // Another node's clock may be ahead of ours, or behind it.
        Assert.True(Taken(Now.AddMinutes(-2), Door.Peer));
        Assert.False(Taken(Now.AddMinutes(-2).AddMilliseconds(-1), Door.Peer));
        Assert.True(Taken(end.AddMinutes(2).AddMilliseconds(-1), Door.Peer));
        Assert.False(Taken(end.AddMinutes(2), Door.Peer));
    }

    [Fact]
    public void Rejects_administrators_orders_at_the_clients_door()
    {
        using var mini = new MiniCluster(3);
        var error = Assert.IsType<MpcSigner.Coordination.Boundary.ClientReply.Refused>(mini.Ask(mini.Nodes[0], mini.Sign(Refresh()))).Error;
        Assert.Equal(Reason.NotEntitled, error.Reason);
        Assert.Contains("Administrators' orders are not client requests", error.Message, StringComparison.Ordinal);
    }
}
