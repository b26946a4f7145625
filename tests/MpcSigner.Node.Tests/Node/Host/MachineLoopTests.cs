using Microsoft.Extensions.Logging.Abstractions;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Node.Host;
using MpcSigner.Node.Unsealing;
using Xunit;

namespace MpcSigner.Node.Tests.RunningNode.Host;

/// <summary>The host under a scripted machine: order, halts, bounds.</summary>
public class MachineLoopTests
{
    private sealed class Rig : IDisposable
    {
        public EventQueue Events { get; } = new();

        public Halting Halting { get; } = new();

        public MachineTimers Timers { get; }

        public CallTable Calls { get; }

        public List<NodeEvent> Stepped { get; } = [];

        public Rig()
        {
            Timers = new(TimeProvider.System, Events);
            Calls = new(Events);
        }

        public Task Run(Func<NodeEvent, IReadOnlyList<NodeEffect>> step)
        {
            // No store, peers or streams: the scripts want none of them.
            var effects = new EffectExecutor(Calls, null!, Timers, null!, null!, null!, null!, null!, Halting, new(NullLogger.Instance, TimeProvider.System), NullLogger.Instance);
            return new MachineLoop((e, _) =>
            {
                Stepped.Add(e);
                return step(e);
            }, Events, effects, new MachineClock(TimeProvider.System), Halting, NullLogger.Instance).RunAsync();
        }

        public void Dispose()
        {
            Timers.Dispose();
            Events.Dispose();
        }
    }

    [Fact]
    public async Task Nothing_after_a_halt_is_executed_or_stepped()
    {
        using var rig = new Rig();
        var answer = rig.Calls.CallAsync(default, new ClientCall.Status(), null, CallTable.NewProgress(), CancellationToken.None);
        rig.Events.PostAnswer(new NodeEvent.Started());
        await rig.Run(e => e is NodeEvent.ClientCalled called
            ? [new NodeEffect.Halt("the store is lost"), new NodeEffect.AnswerClient(called.Call, new ClientReply.KeysCreated([]))]
            : []);
        Assert.Equal("the store is lost", await rig.Halting.Halted);
        Assert.Single(rig.Stepped);
        Assert.False(answer.IsCompleted);
        rig.Calls.Abandon();
        Assert.IsType<ClientReply.Refused>(await answer);
    }

    [Fact]
    public async Task A_machine_that_throws_is_never_stepped_again()
    {
        using var rig = new Rig();
        rig.Events.PostAnswer(new NodeEvent.Started());
        rig.Events.PostAnswer(new NodeEvent.TimerFired(new(1)));
        await rig.Run(_ => throw new InvalidOperationException("bug"));
        Assert.Contains("InvalidOperationException", await rig.Halting.Halted, StringComparison.Ordinal);
        Assert.Single(rig.Stepped);
    }

    [Fact]
    public async Task A_machine_whose_token_is_lost_is_given_up_and_no_defect()
    {
        using var rig = new Rig();
        var answer = rig.Calls.CallAsync(default, new ClientCall.Status(), null, CallTable.NewProgress(), CancellationToken.None);
        rig.Events.PostAnswer(new NodeEvent.Started());
        await rig.Run(e => e is NodeEvent.ClientCalled ? throw new IdentityUnavailableException("token zone-a: C_Sign: CKR_DEVICE_REMOVED") : []);
        Assert.True(rig.Halting.IsTokenLost);
        Assert.Contains("CKR_DEVICE_REMOVED", await rig.Halting.Halted, StringComparison.Ordinal);
        Assert.Single(rig.Stepped);
        // Whoever waits is told why, and may try again.
        rig.Calls.Close(SealStanding.TokenLost("it was removed").ToError());
        rig.Calls.Abandon();
        Assert.Equal(Reason.TokenLost, Assert.IsType<ClientReply.Refused>(await answer).Error.Reason);
        Assert.Equal(Reason.TokenLost, Assert.IsType<ClientReply.Refused>(
            await rig.Calls.CallAsync(default, new ClientCall.Status(), null, CallTable.NewProgress(), CancellationToken.None)).Error.Reason);
    }

    [Fact]
    public async Task Work_whose_token_is_lost_gives_the_machine_up()
    {
        using var rig = new Rig();
        await using (var work = new WorkPool(rig.Events, rig.Halting, NullLogger.Instance))
        {
            work.Run(new(new(1), new Failing()));
            Assert.Contains("gone", await rig.Halting.Halted.WaitAsync(TimeSpan.FromSeconds(10)), StringComparison.Ordinal);
        }
        Assert.True(rig.Halting.IsTokenLost);
        rig.Halting.Halt("a defect that comes later does not count");
        Assert.True(rig.Halting.IsTokenLost);
    }

    private sealed class Failing : Work
    {
        public override void Run() => throw new IdentityUnavailableException("the token is gone");
    }

    [Fact]
    public async Task Timers_fire_once_and_stopped_ones_do_not()
    {
        using var rig = new Rig();
        rig.Events.PostAnswer(new NodeEvent.Started());
        await rig.Run(e =>
        {
            switch (e)
            {
                case NodeEvent.Started:
                    return [new NodeEffect.StartTimer(new(1), TimeSpan.FromMilliseconds(5)), new NodeEffect.StartTimer(new(2), TimeSpan.FromMilliseconds(1)),
                        new NodeEffect.StopTimer(new(2)), new NodeEffect.StartTimer(new(3), TimeSpan.FromMilliseconds(60))];
                case NodeEvent.TimerFired { Token.Value: 3 }:
                    rig.Events.Close();
                    return [];
                default:
                    return [];
            }
        }).WaitAsync(TimeSpan.FromSeconds(10));
        var fired = rig.Stepped.OfType<NodeEvent.TimerFired>().Select(t => t.Token.Value).ToList();
        Assert.Equal([1ul, 3ul], fired.Where(t => t != 2));
        Assert.True(fired.Count(t => t == 1) == 1);
    }

    [Fact]
    public async Task Calls_beyond_the_bound_are_refused_and_answers_still_find_room()
    {
        using var events = new EventQueue();
        for (var i = 0; i < EventQueue.MaxFromOutside; i++)
            Assert.True(events.TryPost(new NodeEvent.ClientGone(new((ulong)i))));
        Assert.False(events.TryPost(new NodeEvent.ClientGone(new(0))));
        events.PostAnswer(new NodeEvent.Started());
        events.Close();
        var read = 0;
        await foreach (var e in events.ReadAllAsync())
            read += e is NodeEvent.Started ? 1_000_000 : 1;
        Assert.Equal(1_000_000 + EventQueue.MaxFromOutside, read);
    }

    /// <summary>A caller that floods the node is refused when its share is used up, and one that cancels its calls gets no more by it; others are served meanwhile.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_flooding_peer_uses_up_its_own_share(bool cancels)
    {
        using var rig = new Rig();
        using var gone = new CancellationTokenSource();
        NodeId flooding = new(Filled(1)), other = new(Filled(2));
        Task<PeerReply> Call(NodeId peer, CancellationToken cancellation) => rig.Calls.CallAsync(peer, default, new PeerCall.FetchRosters(1), cancellation);
        var calls = Enumerable.Range(0, CallTable.MaxCallsPerCaller).Select(_ => Call(flooding, gone.Token)).ToList();
        Assert.All(calls, call => Assert.False(call.IsCompleted));
        if (cancels)
        {
            await gone.CancelAsync();
            foreach (var call in calls)
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }
        var refused = Assert.IsType<PeerReply.Refused>(await Call(flooding, CancellationToken.None));
        Assert.Equal(Reason.Overloaded, refused.Error.Reason);

        var served = Call(other, CancellationToken.None);
        var running = rig.Run(e => e is NodeEvent.PeerCalled called ? [new NodeEffect.AnswerPeer(called.Call, new PeerReply.Accepted())] : []);
        Assert.IsType<PeerReply.Accepted>(await served.WaitAsync(TimeSpan.FromSeconds(20)));
        if (!cancels)
            Assert.All(await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(20)), reply => Assert.IsType<PeerReply.Accepted>(reply));
        // What was stepped and answered is given back.
        Assert.IsType<PeerReply.Accepted>(await Call(flooding, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20)));
        rig.Events.Close();
        await running;
        Assert.Equal(CallTable.MaxCallsPerCaller + 2, rig.Stepped.Count);
    }

    /// <summary>Who reads a call's steps waits for their end: it comes with a refusal too.</summary>
    [Fact]
    public async Task A_client_beyond_its_share_is_refused_and_its_steps_end()
    {
        using var rig = new Rig();
        ClientId flooding = new(Filled(3));
        for (var i = 0; i < CallTable.MaxCallsPerCaller; i++)
            _ = rig.Calls.CallAsync(flooding, new ClientCall.Status(), null, CallTable.NewProgress(), CancellationToken.None);
        var progress = CallTable.NewProgress();
        var refused = Assert.IsType<ClientReply.Refused>(await rig.Calls.CallAsync(flooding, new ClientCall.Status(), null, progress, CancellationToken.None));
        Assert.Equal(Reason.Overloaded, refused.Error.Reason);
        Assert.False(await progress.Reader.WaitToReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
        var other = rig.Calls.CallAsync(new(Filled(4)), new ClientCall.Status(), null, CallTable.NewProgress(), CancellationToken.None);
        Assert.False(other.IsCompleted);
    }

    private static Bytes32 Filled(byte value) => new(Enumerable.Repeat(value, Bytes32.Size).ToArray());

    [Fact]
    public async Task A_client_that_leaves_is_told_to_the_machine()
    {
        using var rig = new Rig();
        using var gone = new CancellationTokenSource();
        var calling = rig.Calls.CallAsync(default, new ClientCall.Status(), null, CallTable.NewProgress(), gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling);
        rig.Events.Close();
        await rig.Run(_ => []);
        var called = Assert.IsType<NodeEvent.ClientCalled>(rig.Stepped[0]);
        Assert.Equal(called.Call, Assert.IsType<NodeEvent.ClientGone>(rig.Stepped[1]).Call);
        Assert.Equal(0, rig.Calls.Running);
    }
}
