using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Requests;

/// <summary>The half of the exclusive booking that is in memory: one entry a request, read once, kept while anybody is concerned with it.</summary>
public sealed class RequestLedgerTests : IDisposable
{
    private readonly MiniCluster _mini = new(3, settings: new() { MaxRunningRequests = 2 }, start: false);
    private readonly MachineContext _context;
    private readonly RequestLedger _ledger;
    private readonly List<RequestEntry> _ready = [];
    private readonly List<Reason> _refused = [];

    public RequestLedgerTests()
    {
        _context = new(_mini.Nodes[0].NewSetup());
        _ledger = new(_context);
        Step(0);
    }

    public void Dispose() => _mini.Dispose();

    private DateTimeOffset Now => _context.Now.Wall;

    private void Step(int seconds) => _context.Begin(new(_mini.Now.AddSeconds(seconds), TimeSpan.FromSeconds(seconds)));

    private AuthenticatedRequest Request(string name = "one", int count = 1)
    {
        Assert.True(new RequestGate(_context).TryAuthenticate(_mini.Sign(_mini.Creation(2, 3, count), name), Door.Client, _mini.Now, out var request, out var error), error?.Message);
        return request;
    }

    private AuthenticatedRequest Signing(KeyId key)
    {
        var action = new RequestAction.Sign(key, [], PayloadKind.Raw, new byte[32]);
        Assert.True(new RequestGate(_context).TryAuthenticate(_mini.Sign(action, "sign"), Door.Client, _mini.Now, out var request, out var error), error?.Message);
        return request;
    }

    private void Claim(AuthenticatedRequest request) => _ledger.Claim(request, _ready.Add, error => _refused.Add(error.Reason));

    private NodeEffect.Read Read() => Assert.Single(_context.End().OfType<NodeEffect.Read>());

    private void Answer(NodeEffect.Read read, RequestRow? row = null, BookingRow? booking = null, KeyRow? key = null) => _context.Take<Waiter.ForRead>(read.Token)!.Done(
        read.Queries.Count == 1 ? [new StoreAnswer.Key(key)] : [new StoreAnswer.Request(row), new StoreAnswer.Booking(booking), new StoreAnswer.Key(key)]);

    /// <summary>A request that is in the ledger, claimed once.</summary>
    private RequestEntry Loaded(AuthenticatedRequest request, RequestRow? row = null, BookingRow? booking = null, KeyRow? key = null)
    {
        Claim(request);
        Answer(Read(), row, booking, key);
        return _ready[^1];
    }

    private RequestRow Row(AuthenticatedRequest request, RequestState state, byte[]? result = null) => new(
        request.Client.Id, request.Body.IdempotencyKey, request.BodyHash, request.Signed, request.Key, state, result ?? [], Now.AddMinutes(-5), Now.AddMinutes(-4), request.Body.ExpiresAt);

    private static KeyRow Key(KeyId id, uint generation) => new(
        new(Suite.FrostEd25519, id, generation, 2, [], default, default), default, default, 0, default, "", KeyUsage.Transactions, KeyState.Active, 0, default, default, default);

    private void Durable() => _context.Take<Waiter.ForCommit>(Assert.Single(_context.End().OfType<NodeEffect.Commit>()).Token)!.Durable();

    [Fact]
    public void Whoever_comes_while_it_is_read_waits_and_all_get_one_entry_until_the_last_has_gone()
    {
        var request = Request();
        Claim(request);
        var read = Read();
        Assert.Equal(
            [new StoreQuery.FindRequest(request.Client.Id, "one"), new StoreQuery.FindBooking(BookingRow.IdempotencyKind, request.Scope), new StoreQuery.FindKey(default)], read.Queries);
        Claim(request);
        Assert.Empty(_ready);
        Answer(read);
        Claim(request);
        Assert.Equal((3, 1), (_ready.Count, _ready.Distinct().Count()));
        Assert.Empty(_context.End());
        _ledger.Release(_ready[0]);
        _ledger.Release(_ready[0]);
        Claim(request);
        Assert.Equal((4, 1), (_ready.Count, _ready.Distinct().Count()));
        _ledger.Release(_ready[0]);
        _ledger.Release(_ready[0]);
        Assert.Throws<KeyNotFoundException>(() => _ledger.Release(_ready[0]));
        Assert.NotSame(_ready[0], Loaded(request)); // read anew
        Assert.Empty(_refused);
    }

    [Fact]
    public void Another_body_under_the_same_key_is_refused_by_memory_and_by_either_row_on_the_disk()
    {
        var (request, other) = (Request(), Request(count: 2));
        Assert.Equal(request.Scope, other.Scope);
        Claim(request);
        var read = Read();
        Claim(other);
        Assert.Equal([Reason.IdempotencyConflict], _refused);
        Claim(request);
        Answer(read, booking: other.Booking(Now));
        Assert.Equal([Reason.IdempotencyConflict, Reason.IdempotencyConflict, Reason.IdempotencyConflict], _refused);
        Claim(request);
        Answer(Read(), row: Row(other, RequestState.Failed));
        Assert.Equal(4, _refused.Count);
        Assert.Empty(_ready);
        Assert.True(Loaded(request, Row(request, RequestState.Failed), request.Booking(Now)).IsBooked);
    }

    [Fact]
    public void A_store_that_cannot_be_read_refuses_all_who_wait_and_the_next_reads_again()
    {
        Claim(Request());
        Claim(Request());
        _context.Take<Waiter.ForRead>(Read().Token)!.Failed("broken");
        Assert.Equal([Reason.StorageUnavailable, Reason.StorageUnavailable], _refused);
        Loaded(Request());
    }

    [Fact]
    public void Holds_twice_as_many_requests_as_may_run()
    {
        var entries = Enumerable.Range(1, 4).Select(i => Loaded(Request($"request {i}"))).ToArray();
        Claim(Request("fifth"));
        Assert.Equal([Reason.Overloaded], _refused);
        Assert.Empty(_context.End()); // nothing was begun of it
        Claim(Request("request 4")); // it is there already
        Assert.Equal(5, _ready.Count);
        _ledger.Release(entries[0]);
        Loaded(Request("fifth"));
    }

    [Fact]
    public void A_write_under_way_keeps_the_entry_and_what_it_carries_shows_once_it_is_durable()
    {
        var request = Request();
        var entry = Loaded(request);
        Assert.Equal((false, false, 0), (entry.IsBooked, entry.IsCompleted, entry.DurableResult.Length));
        var batch = new Batch();
        entry.Book(batch).Book(batch).Put(batch, RequestState.Completed, new byte[] { 1, 2 });
        var (told, shown) = (0, 0);
        entry.WhenResultDurable(() => shown++);
        _ledger.Commit(entry, batch, () => told++);
        _ledger.Release(entry);
        Assert.Equal((false, true, 2, 0), (entry.IsBooked, entry.IsCompleted, entry.Result.Length, entry.DurableResult.Length));
        var effects = _context.End();
        var commit = Assert.Single(effects.OfType<NodeEffect.Commit>());
        Assert.Single(commit.Writes.OfType<StoreWrite.Book>(), write => write.Row == request.Booking(Now));
        Assert.Single(commit.Writes.OfType<StoreWrite.PutRequest>(), write => write.Row == entry.Row);
        Claim(request);
        Assert.Same(entry, _ready[^1]); // the write holds it
        _ledger.Release(entry);
        Assert.Equal((0, 0), (told, shown));
        _context.Take<Waiter.ForCommit>(commit.Token)!.Durable();
        Assert.Equal((1, 1), (told, shown));
        Assert.Equal((true, 2), (entry.IsBooked, entry.DurableResult.Length));
        entry.WhenResultDurable(() => shown++);
        Assert.Equal(2, shown);
        entry.ResultIsDurable();
        Assert.Equal(2, shown);
        Assert.NotSame(entry, Loaded(request));
    }

    [Fact]
    public void A_write_says_only_what_it_carries()
    {
        var entry = Loaded(Request());
        var batch = new Batch();
        entry.Put(batch, RequestState.Received);
        _ledger.Commit(entry, batch, () => { });
        Durable();
        Assert.Equal((false, 0), (entry.IsBooked, entry.DurableResult.Length));
        batch = new();
        entry.Put(batch, RequestState.Failed, new byte[] { 9 }).Book(batch);
        _ledger.Commit(entry, batch, () => { });
        Durable();
        Assert.Equal((true, 0, 0), (entry.IsBooked, entry.Result.Length, entry.DurableResult.Length));
    }

    [Fact]
    public void A_result_stays_and_the_time_of_arrival_too()
    {
        var request = Request();
        var entry = Loaded(request, Row(request, RequestState.Received));
        var arrived = entry.Row!.ReceivedAt;
        Step(60);
        var batch = new Batch();
        entry.Put(batch, RequestState.Failed, new byte[] { 7 });
        Assert.Equal((RequestState.Failed, arrived, Now, request.Body.ExpiresAt), (entry.Row.State, entry.Row.ReceivedAt, entry.Row.UpdatedAt, entry.Row.ExpiresAt));
        entry.Put(batch, RequestState.Completed, new byte[] { 1, 2 });
        var done = entry.Row;
        entry.Put(batch, RequestState.Failed, new byte[] { 7 });
        Assert.Equal(done, entry.Row);
        Assert.Equal(2, batch.Release([]).Writes.Count);

        var other = Request("other");
        var known = Loaded(other, Row(other, RequestState.Completed, [1, 2, 3]), other.Booking(Now));
        Assert.Equal((true, true, 3), (known.IsBooked, known.IsCompleted, known.DurableResult.Length));
        var unbooked = new Batch();
        known.Book(unbooked);
        Assert.Empty(unbooked.Release([]).Writes);
        var first = Loaded(Request("third"));
        first.Put(new(), RequestState.Received);
        Assert.Equal(Now, first.Row!.ReceivedAt);
    }

    [Fact]
    public void Goes_on_with_the_newest_generation_of_a_key_whenever_it_came_into_use()
    {
        var id = new KeyId(new byte[32]);
        var (old, next, newest) = (Key(id, 1), Key(id, 2), Key(id, 3));
        var keys = new HashSet<KeyId> { id };
        var request = Signing(id);
        Claim(request);
        var read = Read();
        _ledger.KeysChanged(keys); // while the rows are on their way
        Assert.Empty(_context.End());
        Answer(read, key: old);
        var entry = Assert.Single(_ready);
        Answer(Read(), key: next);
        Assert.Equal(next, entry.Key);

        _ledger.KeysChanged(new HashSet<KeyId> { new(Enumerable.Repeat((byte)1, 32).ToArray()) });
        Assert.Empty(_context.End());
        _ledger.KeysChanged(keys);
        var first = Read();
        _ledger.KeysChanged(keys);
        Assert.Empty(_context.End()); // two reads could be answered the wrong way round
        Answer(first, key: old);
        Assert.Equal(next, entry.Key); // it was outdated before it came
        Answer(Read(), key: newest);
        Assert.Equal(newest, entry.Key);
        _ledger.KeysChanged(keys);
        first = Read();
        _ledger.KeysChanged(keys);
        _context.Take<Waiter.ForRead>(first.Token)!.Failed("broken");
        _context.Take<Waiter.ForRead>(Read().Token)!.Failed("broken");
        Assert.Empty(_context.End());
        Assert.Equal(newest, entry.Key);
        _context.StoppedKeys.Add([id]);
        _ledger.KeysChanged(keys);
        Answer(Read(), key: newest);
        Assert.Equal(KeyState.Destroyed, entry.Key!.State);
        _ledger.Release(entry);
        Assert.Equal(KeyState.Destroyed, Loaded(request, key: newest).Key!.State);
    }
}
