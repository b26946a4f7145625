using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Grpc.Health.V1;
using MpcSigner.Coordination;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Rosters;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Log;
using MpcSigner.Node.Options;
using MpcSigner.Node.Peers;
using MpcSigner.Node.Services;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tls;
using MpcSigner.Node.Unsealing;
using MpcSigner.Node.Vault;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Host;

/// <summary>A node from its start to its stop: the machine, what surrounds it, and the order in which they begin and end.</summary>
internal sealed class NodeProcess(StartedNode start, IRosterReader rosters, INodeStore store, ISealedShares sealedShares, NodeHealth health, IRandomSource random, TimeProvider time, LineLoggerProvider log) : IAsyncDisposable
{
    /// <summary>For the machine's last steps after the last call, when the node stops.</summary>
    private static readonly TimeSpan LoopEnd = TimeSpan.FromSeconds(5);

    /// <summary>A halted process ends by then, whatever its store or its connections still wait for.</summary>
    private static readonly TimeSpan HaltEnd = TimeSpan.FromSeconds(10);

    /// <summary>The same where a token was lost, whose calls may hang for as long as they are allowed to.</summary>
    private static readonly TimeSpan LossEnd = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(20);

    private readonly ILogger _logger = log.CreateLogger("MpcSigner.Node");
    private readonly CancellationTokenSource _stop = new();
    private readonly Halting _halting = new();
    private readonly EventQueue _events = new();
    private readonly CancellationTokenSource _ended = new();

    /// <summary>Why it ended, where it was not asked to.</summary>
    public string Reason => _halting.IsHalted ? _halting.Halted.Result : "";

    /// <summary>Runs until the process is asked to stop or the machine ends.</summary>
    /// <param name="listening">Told once, when the node listens: its address.</param>
    public async Task<NodeEnd> RunAsync(Action<string> listening)
    {
        using var machine = new NodeMachine(new(
            start.Self.Nid, start.Instance, start.Tls.Pin, start.Documents.Roster, start.Documents.Policy, start.Stored,
            start.Vault.Identity, random, new RequestBodyCodec(), new RequestBodyCodec(), Settings()) { Rosters = rosters });

        using var channels = new PeerChannels(start.Roster, start.Self.Nid, start.Tls, time, _logger);
        using var vault = new ShareVault(start.Vault, store, random, new(start.Options.CachedShares, start.Options.CachedShareLife, time));
        var files = new IdentityFiles(new(start.Options.Directory));
        await using var seals = new SealKeeper(start.Vault, sealedShares, files, random, time, _logger);
        using var timers = new MachineTimers(time, _events);
        await using var work = new WorkPool(_events, _halting, _logger);
        var calls = new CallTable(_events);
        var door = new Door(start.Roster, start.Self.Nid, _logger);
        var adopted = new RosterEffects(start.Roster, door, channels);
        using var tls = new TlsInUse(start.Tls);
        var jobs = new JobWatch();
        var streams = new SessionStreams(channels, _events, _halting, time, _logger, _stop.Token);
        var effects = new EffectExecutor(
            calls, new StoreEffects(store, vault, jobs, seals, _events, _halting, _logger), timers, work,
            new PeerCaller(channels, _events, _halting, time, _logger, _stop.Token), streams,
            adopted, new IdentityEffects(start.Vault, files, random, _events, _logger), _halting, new(_logger, time), _logger);
        var loop = new MachineLoop(machine.Step, _events, effects, new MachineClock(time), _halting, _logger).RunAsync();

        _ = EndOnceHaltedAsync();
        await using var app = BuildServer(door, tls, calls, jobs, streams);
        _events.PostAnswer(new NodeEvent.Started());
        var watching = Task.CompletedTask;
        try
        {
            var address = await NodeServer.ListenAsync(app, start.Options.Listen).ConfigureAwait(false);
            StartLog.Started(_logger, start.Self.Name, start.Self.Nid, start.Instance, start.Stored.StartCounter, address);
            health.IsServing = true;
            listening(address);
            seals.Start();
            watching = new TlsWatch(start.Options, tls, () => adopted.Current.Find(start.Self.Nid), channels, _events, time, _logger).RunAsync(_stop.Token);
            await WaitForEndAsync(app).ConfigureAwait(false);
            if (_halting.IsTokenLost)
            {
                // Whoever waits is told why, and may try again.
                var lost = SealStanding.TokenLost(Reason);
                health.Seal = lost;
                calls.Close(lost.ToError()); // not health.Seal's: who watches the tokens may have found this one again by now
            }
            await DrainAsync(calls).ConfigureAwait(false);
        }
        finally
        {
            health.IsServing = false;
            calls.Close();
            await _stop.CancelAsync().ConfigureAwait(false);
            calls.Abandon();
            await watching.ConfigureAwait(false);
            await NodeServer.StopAsync(app, time).ConfigureAwait(false);
            _events.Close();
            await loop.WaitAsync(_halting.IsTokenLost ? LossEnd : LoopEnd + LongestTokenCall).ConfigureAwait(false);
        }
        StartLog.Stopped(_logger);
        return !_halting.IsHalted ? NodeEnd.Stopped : _halting.IsTokenLost ? NodeEnd.TokenLost : NodeEnd.Halted;
    }

    public async ValueTask DisposeAsync()
    {
        // All of it has ended in time. After a halt the process's own end is watched as well.
        if (_halting.IsTokenLost)
            await _ended.CancelAsync().ConfigureAwait(false);
        _stop.Dispose();
        _events.Dispose();
    }

    private WebApplication BuildServer(Door door, TlsInUse tls, CallTable calls, JobWatch jobs, SessionStreams streams)
    {
        var turns = new ListTurns();
        return NodeServer.Build(start.Options, tls, door,
        [
            V1.KeyService.BindService(new KeyServiceHandler(door, calls, store, turns, time)),
            V1.SigningService.BindService(new SigningServiceHandler(door, calls, store, time)),
            V1.NodeService.BindService(new NodeServiceHandler(door, calls, health, time)),
            V1.AdminService.BindService(new AdminServiceHandler(door, calls, new AdministratorReads(store, start.Self.Nid), turns, jobs)),
            V1.PeerService.BindService(new PeerServiceHandler(door, calls, turns, streams)),
            Health.BindService(new HealthHandler(door, health)),
        ], log, time);
    }

    private async Task WaitForEndAsync(WebApplication app)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = app.Lifetime.ApplicationStopping.Register(asked.SetResult);
        await Task.WhenAny(asked.Task, _halting.Halted).ConfigureAwait(false);
    }

    /// <summary>Lets running calls finish within the operator's bound; new ones are refused meanwhile. A halted node has nothing to finish.</summary>
    private async Task DrainAsync(CallTable calls)
    {
        health.IsServing = false;
        calls.Close();
        if (_halting.IsHalted)
            return;
        StartLog.Stopping(_logger, start.Options.ShutdownTimeout, calls.Running);
        var began = time.GetTimestamp();
        while (calls.Running > 0 && !_halting.IsHalted && time.GetElapsedTime(began) < start.Options.ShutdownTimeout)
            await Task.Delay(DrainPoll, time).ConfigureAwait(false);
        if (calls.Running > 0)
            StartLog.StoppedUnfinished(_logger, calls.Running);
    }

    private async Task EndOnceHaltedAsync()
    {
        await _halting.Halted.ConfigureAwait(false);
        try
        {
            await Task.Delay(_halting.IsTokenLost ? LossEnd : HaltEnd, time, _ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        Environment.Exit((int)ExitCode.Halted);
    }

    /// <summary>The machine's last step may wait for a token that hangs: not lost before its time is up, and then it ends the loop.</summary>
    private TimeSpan LongestTokenCall => ((HsmOptions?[])[start.Options.Hsm, start.Options.FormerHsm]).Max(hsm => hsm?.Timeout) ?? TimeSpan.Zero;

    private MachineSettings Settings() => new() { Pools = start.Options.Pools, Pairs = new() { AtStart = start.Options.PairSetupsAtStart } };
}
