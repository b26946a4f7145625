using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Simulation.Cheats;
using MpcSigner.Simulation.Cheats.Lies;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Promises;

namespace MpcSigner.Simulation.Histories;

/// <summary>What became of one history.</summary>
/// <param name="Broken">The promise it broke; null when all held.</param>
public sealed record Outcome(ulong Seed, Plan Plan, string? Broken, string Detail, Tally Tally, IReadOnlyList<string> Lines, string Digest, IReadOnlyList<ToldLie> Lies)
{
    public bool Holds => Broken is null;
}

/// <summary>What happened in a history, so that a run can show that it reached what it was to test.</summary>
public sealed record Tally(int Events, int Signatures, int Keys, int Crashes, int Refusals, int SecondSignatures, int Rotations, int Recoveries);

/// <summary>One life of a cluster, decided wholly by its seed: real machines and cryptography, virtual time, and everything that can go wrong.</summary>
public sealed class History : IDisposable
{
    /// <summary>Above every deadline of the nodes together: a creation, its grace, several polls, sessions that wait for a dead peer.</summary>
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(90);

    /// <summary>Small pools and short lives; jobs that do not wait as long as people would.</summary>
    private static readonly MachineSettings Settings = new()
    {
        Pools = new() { NonceLevel = 6, NonceBatch = 3, PresignatureLevel = 2, PresignBatch = 1, Life = TimeSpan.FromSeconds(30) },
        Maintenance = new() { Deadline = TimeSpan.FromSeconds(12), MaxPoll = TimeSpan.FromSeconds(8), AskKeysPause = TimeSpan.FromSeconds(1) },
        Jobs = new()
        {
            FirstWait = TimeSpan.FromMilliseconds(500), LongestWait = TimeSpan.FromSeconds(4), WaitForNodes = TimeSpan.FromSeconds(30),
            WaitForPending = TimeSpan.FromSeconds(10), LongestPending = TimeSpan.FromSeconds(30),
        },
    };

    private readonly Plan _plan;
    private readonly MiniCluster _mini;
    private readonly World _world;
    private readonly Observer _observer;
    private readonly Weather _weather;
    private readonly Clients _clients;
    private readonly Administration _administration;
    private readonly Chronicle _chronicle;
    private readonly SeededSource _random;

    private History(ulong seed, Plan plan, bool chronicled)
    {
        var name = $"history-{seed}";
        _random = new($"{name}/history");
        _plan = plan;
        _chronicle = new(chronicled);
        _mini = new(_plan.AllNodes, name, Settings, start: false);
        _world = new(_mini, _chronicle) { IsCalm = _plan.IsCalm };
        _observer = new(_world);
        _weather = new(_plan, _world, _observer, $"{name}/weather");
        _mini.Cluster.Traffic = _weather;
        _clients = new(_world, _observer, _plan, $"{name}/clients");
        _administration = new(_world, _plan, _weather, $"{name}/administrators");
        for (var i = 0; i < _plan.Cheaters.Count; i++)
        {
            if (_plan.Has("cheater", i))
                BeginCheat(_plan.Cheaters[i], $"{name}/cheat/{i}");
        }
        BandTogether();
    }

    /// <summary>The cheaters, and as many others as t − 1 nodes are: they only listen.</summary>
    private void BandTogether()
    {
        _world.Coalition.UnionWith(_world.Cheaters);
        for (var i = _random.Below(_plan.Nodes); _world.Coalition.Count < _plan.Threshold - 1; i = (i + 1) % _plan.Nodes)
            _world.Coalition.Add(_mini.Nodes[i].Nid);
    }

    /// <summary>False under a planted fault that keeps secrets by its nature, and is to be found by what else it breaks.</summary>
    public static bool CountsSecrets { get; set; } = true;

    /// <summary>Runs the history of a seed to its end, or to the first promise that is broken.</summary>
    /// <param name="chronicled">Keep its lines.</param>
    /// <param name="plan">Another plan than the seed's own.</param>
    public static Outcome Run(ulong seed, bool chronicled = false, Plan? plan = null)
    {
        var before = SecureSlabs.Shared.BytesInUse;
        var history = new History(seed, plan ?? Plan.Draw(seed), chronicled);
        string? broken = null;
        var detail = "";
        try
        {
            using (history)
                history.Live();
            if (CountsSecrets && !history._weather.SecretsWentWithAProcess && SecureSlabs.Shared.BytesInUse > before)
                (broken, detail) = ("P8_Secrets_are_given_back", $"{SecureSlabs.Shared.BytesInUse - before} bytes of locked memory are still in use");
        }
        catch (BrokenPromiseException promise)
        {
            (broken, detail) = (promise.Promise, promise.Message);
        }
        catch (Watch.TapException wrong)
        {
            throw new Watch.TapException($"seed {seed}, {history._plan}: {wrong.Message}\n{wrong.StackTrace}");
        }
        catch (Exception bug)
        {
            // Whatever a machine throws would have ended its process.
            (broken, detail) = (NoNodeStops.Title, bug.ToString());
        }
        history._chronicle.Write(history._world.Cluster.Time.Now, "end", broken is null ? "all promises held" : detail);
        return new(seed, history._plan, broken, detail, history.Count(), history._chronicle.Lines, history._chronicle.Digest(), [.. history._world.Lies]);
    }

    private void BeginCheat(CheaterPlan plan, string name)
    {
        var random = new SeededSource(name);
        var cheater = _mini.Nodes[plan.Node];
        _world.Cheaters.Add(cheater.Nid);
        cheater.Checker.IsOn = false;
        cheater.Failing = why => _weather.Failed(cheater, why);
        var victim = _mini.Nodes[(plan.Node + 1 + random.Below(_plan.Nodes - 1)) % _plan.Nodes];
        _observer.Cheats.Add(cheater.Nid, plan.Conduct switch
        {
            Conduct.TwoFacedDealer => new TwoFacedDealer(_world, cheater, victim, random),
            Conduct.CoordinatorAsksTwice => new CoordinatorAsksTwice(_world, cheater, _observer, random),
            Conduct.SilentAfterRound3 => new SilentParty(_world, cheater, victim: null),
            Conduct.AcknowledgesToHalf => new SilentParty(_world, cheater, victim),
            Conduct.TwoWords => new TwoWords(_world, cheater, victim, random),
            Conduct.LyingCoordinator => new LyingCoordinator(_world, cheater, random.Below(2) == 0 ? victim : null, random),
            Conduct.OldGeneration => new OldGeneration(_world, cheater),
            Conduct.SessionRunTwice => new SessionRunTwice(_world, cheater, random),
            Conduct.Lies => new LyingParty(_world, cheater, _observer, LieBook.Find(plan.Row), random, name),
            Conduct.BentShare => new BentShare(_world, cheater, random),
            Conduct.FalseResults => new FalseResults(_world, cheater, random),
            Conduct.HostileRelay => new HostileRelay(_world, cheater, Enum.Parse<RelayTrick>(plan.Row), random),
        });
    }

    private void Live()
    {
        _chronicle.Write(default, "plan", _plan.ToString());
        foreach (var node in _mini.Nodes)
        {
            // Any two clocks stay within the two minutes that are tolerated.
            node.ClockOffset = TimeSpan.FromMilliseconds(_random.Below(100_000) - 50_000);
            After(TimeSpan.FromMilliseconds(_random.Below(150)), () => _weather.Raise(node));
        }
        for (var i = 0; i < _plan.Crashes; i++)
        {
            var (at, node) = (SomeTime(), AnyNode());
            if (_plan.Has("crash", i))
                After(at, () => _weather.Crash(node));
        }
        for (var i = 0; i < _plan.Partitions; i++)
        {
            var (at, one, other, both, time) = (SomeTime(), AnyNode(), AnyNode(), _random.Below(3) != 0, TimeSpan.FromMilliseconds(100 + _random.Below(8_000)));
            if (_plan.Has("cut", i))
                After(at, () => _weather.Cut(one, other, both, time));
        }
        for (var i = 0; i < _plan.Jumps; i++)
        {
            var (at, node, by) = (SomeTime(), AnyNode(), Jump());
            if (_plan.Has("jump", i))
                After(at, () => _weather.JumpClock(node, by));
        }
        _clients.Begin();
        if (_plan.Rotation is { } rotation)
            _administration.Begin(rotation);
        _mini.Cluster.Time.Run(_plan.Busy);
        new Ending(_world, _plan, _weather, _clients, _administration, LongEnough).Run();
        _observer.AtEnd();
        foreach (var node in _mini.Nodes)
            _weather.Stop(node);
    }

    /// <summary>Within what a node's own watch and its peers tolerate, within what peers do, or beyond.</summary>
    private TimeSpan Jump()
    {
        var most = _random.Below(3) switch { 0 => 15_000, 1 => 60_000, _ => 100_000_000 };
        return TimeSpan.FromMilliseconds(_random.Below(2 * most) - most);
    }

    private SimulatedNode AnyNode() => _mini.Nodes[_random.Below(_plan.AllNodes)];

    private TimeSpan SomeTime() => TimeSpan.FromMilliseconds(_random.Below((int)_plan.Busy.TotalMilliseconds));

    private void After(TimeSpan delay, Action action) => _mini.Cluster.Time.After(delay, action);

    private Tally Count()
    {
        var signed = _clients.Asks.Select(ask => (ask.BodyHash, Reply: ask.Reply as ClientReply.Signed)).Where(entry => entry.Reply is not null).ToArray();
        return new(
            _chronicle.Events,
            signed.Select(entry => entry.BodyHash).Distinct().Count(),
            _clients.Asks.Sum(ask => ask.Kind == AskKind.Create && ask.Reply is ClientReply.KeysCreated created ? created.Keys.Count : 0),
            _weather.Crashes,
            _clients.Asks.Count(ask => ask.Reply is ClientReply.Refused),
            signed.GroupBy(entry => entry.BodyHash).Sum(group => group.Select(entry => Convert.ToHexString(entry.Reply!.Signature.Span)).Distinct().Count() - 1),
            Ended(recoveries: false),
            Ended(recoveries: true));
    }

    /// <summary>Orders that some honest node has carried out.</summary>
    private int Ended(bool recoveries) => _world.Honest.SelectMany(node => node.Store.Maintenance)
        .Where(row => row.State is MaintenanceState.Active or MaintenanceState.Done && Administration.ActionOf(row.Signed) is MaintenanceAction.Recover == recoveries)
        .Select(row => row.Order).Distinct().Count();

    public void Dispose()
    {
        _mini.Dispose();
        _observer.Dispose();
    }
}
