using MpcSigner.Node.Vault;
using Xunit;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Vault;

/// <summary>Opened shares live for the stated time, however often they are used, and are wiped without anybody asking for them.</summary>
public sealed class ShareCacheTests
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    [Fact]
    public void A_share_lives_as_long_as_stated_and_is_wiped_by_the_timer()
    {
        var clock = new HandClock();
        using var cache = new ShareCache(8, Life, clock);
        using var share = Secrets.Share();
        cache.Keep(Key(1, 0), 0, share, cache.Forgotten);
        clock.Advance(Life / 2);
        cache.Keep(Key(1, 1), 0, share, cache.Forgotten);
        cache.Find(Key(1, 0), 0)!.Dispose(); // use does not make it live longer
        clock.Advance(Life / 2 - TimeSpan.FromTicks(1));
        Assert.Equal(2, cache.Count);
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(1, cache.Count); // nobody looked
        Assert.Null(cache.Find(Key(1, 0), 0));
        using (var second = cache.Find(Key(1, 1), 0))
            Assert.True(second!.FixedTimeEquals(share));
        clock.Advance(Life);
        Assert.Equal(0, cache.Count);
        // It goes on: what is kept later has its timer, too.
        cache.Keep(Key(1, 2), 0, share, cache.Forgotten);
        clock.Advance(Life);
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void A_late_timer_lends_no_share_whose_time_is_over()
    {
        var clock = new HandClock { TimersFire = false };
        using var cache = new ShareCache(8, Life, clock);
        using var share = Secrets.Share();
        cache.Keep(Key(1, 0), 0, share, cache.Forgotten);
        clock.Advance(Life);
        Assert.Null(cache.Find(Key(1, 0), 0));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void Life_zero_keeps_nothing()
    {
        using var cache = new ShareCache(8, TimeSpan.Zero, TimeProvider.System);
        using var share = Secrets.Share();
        cache.Keep(Key(1, 0), 0, share, cache.Forgotten);
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void Rejects_a_life_out_of_bounds()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShareCache(8, TimeSpan.FromTicks(-1), TimeProvider.System).Dispose());
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShareCache(8, ShareCache.MaxLife + TimeSpan.FromTicks(1), TimeProvider.System).Dispose());
    }

    /// <summary>Time that passes by hand.</summary>
    private sealed class HandClock : TimeProvider
    {
        private readonly List<HandTimer> _timers = [];
        private long _now;

        internal bool TimersFire { get; init; } = true;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new HandTimer(this, () => callback(state));
            timer.Change(dueTime, period);
            _timers.Add(timer);
            return timer;
        }

        internal void Advance(TimeSpan time)
        {
            _now += time.Ticks;
            foreach (var timer in _timers.Where(timer => TimersFire && timer.Due <= _now).ToArray())
                timer.Fire();
        }

        private sealed class HandTimer(HandClock clock, Action fire) : ITimer
        {
            internal long Due { get; private set; } = long.MaxValue;

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : clock._now + dueTime.Ticks;
                return true;
            }

            internal void Fire()
            {
                Due = long.MaxValue;
                fire();
            }

            public void Dispose() => clock._timers.Remove(this);

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
