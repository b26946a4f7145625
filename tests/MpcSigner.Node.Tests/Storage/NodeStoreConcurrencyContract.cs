using MpcSigner.Core.Ports;
using Xunit;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>The contract's part on callers at the same time.</summary>
public abstract class NodeStoreConcurrencyContract : NodeStoreEvidenceContract
{
    /// <summary>Transactions so far, and commits that they carried.</summary>
    private protected abstract (long Transactions, long Commits) Counters { get; }

    [Fact]
    public async Task Commits_of_the_same_moment_share_flushes_and_all_last()
    {
        const int Many = 2_000;
        var before = Counters;
        await Task.WhenAll(Enumerable.Range(1, Many).Select(i => Commit(new StoreWrite.PutRequest(Request(i)), new StoreWrite.Append(Entry((ulong)i)))));
        var after = Counters;
        Assert.Equal(Many, after.Commits - before.Commits);
        Assert.InRange(after.Transactions - before.Transactions, 1, Many / 4);

        await Restart();
        for (var i = 1; i <= Many; i++)
            Assert.NotNull(await FindRequest(i));
        Assert.Equal(1_000, (await Store.ReadLogAsync(1_001, 1_000, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task A_conflict_is_undone_alone()
    {
        const int Many = 600;
        var outcomes = await Task.WhenAll(Enumerable.Range(0, Many).Select(async i =>
        {
            // Every third asks for the scope of the one before it with another value.
            var task = Commit(new StoreWrite.PutRequest(Request(i)), new StoreWrite.Book(i % 3 == 2 ? Booking(i - 1, i) : Booking(i, i)));
            try { await task; return true; }
            catch (StoreConflictException) { return false; }
        }));
        for (var i = 0; i < Many; i++)
        {
            Assert.Equal(i % 3 != 2, outcomes[i]);
            Assert.Equal(outcomes[i], await FindRequest(i) is not null);
        }
    }

    [Fact]
    public async Task P5_Of_two_bodies_that_race_for_one_idempotency_key_one_wins()
    {
        for (var round = 0; round < 50; round++)
        {
            var scope = round;
            var won = await Task.WhenAll(Enumerable.Range(0, 8).Select(value => Task.Run(async () =>
            {
                try { await Commit(new StoreWrite.Book(Booking(scope, value))); return true; }
                catch (StoreConflictException) { return false; }
            })));
            Assert.Single(won, true);
            Assert.Equal(Digest("value", Array.IndexOf(won, true)), (await Read<StoreAnswer.Booking>(new StoreQuery.FindBooking(1, Digest("scope", scope)))).Row!.Value);
        }
    }

    [Fact]
    public async Task What_is_acknowledged_is_read_by_everyone_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            for (var i = worker * 1_000; i < worker * 1_000 + 50; i++)
            {
                await Commit(new StoreWrite.PutRequest(Request(i)));
                Assert.NotNull(await FindRequest(i));
            }
        })));
    }

    [Fact]
    public async Task A_cancelled_commit_is_written_wholly_or_not_at_all_and_says_which()
    {
        const int Many = 500;
        var written = 0;
        await Task.WhenAll(Enumerable.Range(0, Many).Select(i => Task.Run(async () =>
        {
            using var cancellation = new CancellationTokenSource();
            var commit = Store.CommitAsync([new StoreWrite.PutRequest(Request(i)), new StoreWrite.Book(Booking(i, 1))], cancellation.Token).AsTask();
            if (i % 2 == 0)
                await cancellation.CancelAsync();
            bool done;
            try { await commit; done = true; }
            catch (OperationCanceledException) { done = false; }
            Assert.True(done || i % 2 == 0);
            Assert.Equal(done, await FindRequest(i) is not null);
            Assert.Equal(done, (await Read<StoreAnswer.Booking>(new StoreQuery.FindBooking(1, Digest("scope", i)))).Row is not null);
            if (done)
                Interlocked.Increment(ref written);
        })));
        Assert.InRange(written, Many / 2, Many);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.CommitAsync([new StoreWrite.PutRequest(Request(Many))], cancelled.Token).AsTask());
        Assert.Null(await FindRequest(Many));
    }

    [Fact]
    public async Task What_is_queued_at_the_end_is_written_before_the_store_closes()
    {
        var queued = Enumerable.Range(0, 300).Select(i => Commit(new StoreWrite.PutRequest(Request(i)))).ToArray();
        await Restart();
        await Task.WhenAll(queued);
        for (var i = 0; i < queued.Length; i++)
            Assert.NotNull(await FindRequest(i));
    }

    [Fact]
    public async Task A_closed_store_refuses()
    {
        await Store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Commit(new StoreWrite.PutRequest(Request(1))));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => FindRequest(1));
        await Restart();
        Assert.Null(await FindRequest(1));
    }
}
