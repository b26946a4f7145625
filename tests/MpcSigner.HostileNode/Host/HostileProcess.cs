using Grpc.Health.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MpcSigner.Coordination;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Rosters;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Host;
using MpcSigner.Node.Log;
using MpcSigner.Node.Peers;
using MpcSigner.Node.Services;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tls;
using MpcSigner.Node.Unsealing;
using MpcSigner.Node.Vault;
using MpcSigner.Storage.Sqlite;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.HostileNode.Host;

/// <summary>A node put together as <see cref="NodeProcess"/> does it, but for what stands between its machine and its effects: a <see cref="HostileMachine"/>.</summary>
internal sealed class HostileProcess(StartedNode start, IRosterReader rosters, SqliteNodeStore store, IRandomSource random, TimeProvider time, LineLoggerProvider log) : IAsyncDisposable
{
    private readonly ILogger _logger = log.CreateLogger("MpcSigner.Node");
    private readonly CancellationTokenSource _stop = new();
    private readonly Halting _halting = new();
    private readonly EventQueue _events = new();
    private readonly NodeHealth _health = new(SealStanding.Unsealed);

    /// <param name="listening">Told once, when the node listens: its address.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(Action<string> listening)
    {
        var draws = new RememberedDraws(random);
        var settings = new MachineSettings { Pools = start.Options.Pools, Pairs = new() { AtStart = start.Options.PairSetupsAtStart } };
        using var machine = new NodeMachine(new(
            start.Self.Nid, start.Instance, start.Tls.Pin, start.Documents.Roster, start.Documents.Policy, start.Stored,
            start.Vault.Identity, draws, new RequestBodyCodec(), new RequestBodyCodec(), settings) { Rosters = rosters });
        using var hostile = new HostileMachine(machine, start, draws, random);

        using var channels = new PeerChannels(start.Roster, start.Self.Nid, start.Tls, time, _logger);
        using var vault = new ShareVault(start.Vault, store, random, new(start.Options.CachedShares, start.Options.CachedShareLife, time));
        var files = new IdentityFiles(new(start.Options.Directory));
        await using var seals = new SealKeeper(start.Vault, store, files, random, time, _logger);
        using var timers = new MachineTimers(time, _events);
        await using var work = new WorkPool(_events, _halting, _logger);
        var calls = new CallTable(_events);
        var door = new Door(start.Roster, start.Self.Nid, _logger);
        using var tls = new TlsInUse(start.Tls);
        var jobs = new JobWatch();
        var streams = new SessionStreams(channels, _events, _halting, time, _logger, _stop.Token);
        var effects = new EffectExecutor(
            calls, new StoreEffects(store, vault, jobs, seals, _events, _halting, _logger), timers, work,
            new PeerCaller(channels, _events, _halting, time, _logger, _stop.Token), streams,
            new RosterEffects(start.Roster, door, channels), new IdentityEffects(start.Vault, files, random, _events, _logger), _halting, new(_logger, time), _logger);
        var loop = new MachineLoop(hostile.Step, _events, effects, new MachineClock(time), _halting, _logger).RunAsync();

        var turns = new ListTurns();
        await using var app = NodeServer.Build(start.Options, tls, door,
        [
            V1.KeyService.BindService(new KeyServiceHandler(door, calls, store, turns, time)),
            V1.SigningService.BindService(new SigningServiceHandler(door, calls, store, time)),
            V1.NodeService.BindService(new NodeServiceHandler(door, calls, _health, time)),
            V1.AdminService.BindService(new AdminServiceHandler(door, calls, new AdministratorReads(store, start.Self.Nid), turns, jobs)),
            V1.PeerService.BindService(new PeerServiceHandler(door, calls, turns, streams)),
            Health.BindService(new HealthHandler(door, _health)),
        ], log, time);
        _events.PostAnswer(new NodeEvent.Started());
        listening(await NodeServer.ListenAsync(app, start.Options.Listen));
        _health.IsServing = true;
        seals.Start();
        await WaitForEndAsync(app);

        calls.Close();
        await _stop.CancelAsync();
        calls.Abandon();
        await NodeServer.StopAsync(app, time);
        _events.Close();
        await loop;
        return (int)(_halting.IsHalted ? ExitCode.Halted : ExitCode.Success);
    }

    private async Task WaitForEndAsync(WebApplication app)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = app.Lifetime.ApplicationStopping.Register(asked.SetResult);
        await Task.WhenAny(asked.Task, _halting.Halted);
    }

    public ValueTask DisposeAsync()
    {
        _stop.Dispose();
        _events.Dispose();
        return ValueTask.CompletedTask;
    }
}
