using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Kernel.Tests.Cryptography.Secrets;
using MpcSigner.Protocols.Dkls23.Setup;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Setup;

/// <summary>The lock and the states of a finished setup (spec §8.4), on seeds without meaning.</summary>
public sealed class PairSetupTests
{
    [Fact]
    public void An_evaluation_that_passes_leaves_the_setup_active()
    {
        using var setup = NewSetup();
        Assert.True(setup.TryEvaluate(() => true, out var passed));
        Assert.True(passed);
        Assert.Equal(PairSetupState.Active, setup.State);
    }

    [Fact]
    [Trait("row", "C04"), Trait("row", "M10")]
    public void P9_After_a_false_verdict_nothing_is_evaluated_ever_again()
    {
        using var setup = NewSetup();
        Assert.True(setup.TryEvaluate(() => false, out var passed));
        Assert.False(passed);
        Assert.Equal(PairSetupState.Dead, setup.State);

        var ran = false;
        Assert.False(setup.TryEvaluate(() => ran = true, out passed));
        Assert.False(ran | passed);
        setup.Retire();
        Assert.Equal(PairSetupState.Dead, setup.State);
        Assert.False(setup.TryBegin(out _));
    }

    [Fact]
    [Trait("row", "C02"), Trait("row", "C03")]
    public void The_state_is_dead_before_the_lock_is_left()
    {
        using var setup = NewSetup();
        using var evaluating = new ManualResetEventSlim();
        using var asking = new ManualResetEventSlim();
        var second = new Thread(() =>
        {
            evaluating.Wait();
            asking.Set();
            Assert.Equal(PairSetupState.Dead, setup.State); // waits for the lock
        });
        second.Start();
        setup.TryEvaluate(() =>
        {
            evaluating.Set();
            asking.Wait();
            return false;
        }, out _);
        second.Join();
        Assert.Equal(PairSetupState.Dead, setup.State);
    }

    /// <summary>Sixteen guesses at a block of Δ in parallel must give one answer, not sixteen (spec §8.2).</summary>
    [Fact]
    [Trait("row", "C02"), Trait("row", "M10"), Trait("row", "X-two-sessions-cot1"), Trait("row", "C04")]
    public void P9_Eight_threads_that_race_to_failing_checks_get_one_verdict()
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            using var setup = NewSetup();
            using var start = new Barrier(8);
            int evaluated = 0, inside = 0, together = 0;
            var threads = Enumerable.Range(0, 8).Select(_ => new Thread(() =>
            {
                start.SignalAndWait();
                if (setup.TryEvaluate(() =>
                {
                    if (Interlocked.Increment(ref inside) > 1)
                        Interlocked.Increment(ref together);
                    Interlocked.Decrement(ref inside);
                    return false;
                }, out var passed) | passed)
                    Interlocked.Increment(ref evaluated);
            })).ToArray();
            foreach (var thread in threads)
                thread.Start();
            foreach (var thread in threads)
                thread.Join();
            Assert.Equal((1, 0), (evaluated, together));
            Assert.Equal(PairSetupState.Dead, setup.State);
        }
    }

    [Fact]
    public void A_check_that_throws_leaves_no_setup_to_ask_again()
    {
        using var setup = NewSetup();
        Assert.Throws<SecureMemoryException>(() => setup.TryEvaluate(() => throw new SecureMemoryException("no memory"), out _));
        Assert.Equal(PairSetupState.Retired, setup.State);
        Assert.False(setup.TryEvaluate(() => true, out _));
    }

    [Fact]
    [Trait("row", "C05")]
    public void A_retired_setup_serves_nobody()
    {
        using var setup = NewSetup();
        setup.Retire();
        Assert.Equal(PairSetupState.Retired, setup.State);
        Assert.False(setup.TryEvaluate(() => true, out _));
        Assert.False(setup.TryBegin(out _));
    }

    [Fact]
    [Trait("row", "C09")]
    public void C9_Sessions_are_counted_and_none_begins_beyond_the_limit()
    {
        using var setup = NewSetup(maxSessions: 5);
        Assert.False(setup.TryBegin(out _, count: 6));
        Assert.True(setup.TryBegin(out var batch, count: 3));
        batch.Dispose();
        Assert.False(setup.TryBegin(out _, count: 3)); // each extension of a batch counts
        for (var session = 0; session < 2; session++)
        {
            Assert.True(setup.TryBegin(out var use));
            use.Dispose();
        }
        Assert.False(setup.TryBegin(out _));
        // What began within the limit is still judged.
        Assert.Equal(PairSetupState.Active, setup.State);
        Assert.True(setup.TryEvaluate(() => true, out var passed) && passed);
    }

    [Fact]
    public void Rejects_limits_above_that_of_the_specification()
    {
        Assert.Equal(4_294_967_296, PairSetup.MaxSessions);
        Assert.Throws<ArgumentOutOfRangeException>(() => NewSetup(PairSetup.MaxSessions + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => NewSetup(0));
    }

    [Fact]
    public void Secrets_stay_until_the_last_session_ends_and_are_then_given_back()
    {
        var setup = NewSetup();
        Assert.True(setup.TryBegin(out var first));
        Assert.True(setup.TryBegin(out var second));
        setup.Dispose();
        Assert.Equal(PairSetupState.Retired, setup.State);
        first.Dispose();
        first.Dispose(); // once is enough
        using (setup.Sending.Delta.Borrow())
        {
            Assert.False(setup.Receiving.Leaves.IsClosed);
        }
        second.Dispose();
        Assert.All([setup.Sending.Delta, setup.Sending.Leaves, setup.Receiving.Leaves, setup.ZeroSeed], memory => Assert.True(memory.IsClosed));
    }

    [Fact]
    [Trait("row", "E20")]
    public void Rejects_a_setup_of_a_node_with_itself() =>
        Assert.Throws<ArgumentException>(() => new PairNodes(Node(1), Instance(1), Node(1), Instance(2)));

    [Fact]
    public void Nothing_of_a_setup_prints()
    {
        using var setup = NewSetup();
        Assert.EndsWith("<redacted>)", setup.ToString());
        Assert.Equal("OtSenderSeeds(<redacted>)", setup.Sending.ToString());
        Assert.Equal("OtReceiverSeeds(<redacted>)", setup.Receiving.ToString());
    }

    private static PairSetup NewSetup(long maxSessions = PairSetup.MaxSessions)
    {
        var random = new SeededRandom(7);
        return new(
            new(Node(1), Instance(1), Node(2), Instance(2)),
            new(new Digest32(new byte[32]), 1, new(SecureMemory.Random(16, random), SecureMemory.Random(8_192, random))),
            new(new Digest32(new byte[32]), 1, new(SecureMemory.Random(8_192, random))),
            SecureMemory.Random(32, random),
            maxSessions);
    }

    private static NodeId Node(byte number) => new([number, .. new byte[31]]);

    private static InstanceId Instance(byte number) => new([number, .. new byte[15]]);
}
