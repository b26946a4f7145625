using MpcSigner.Core.Keys;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Histories;

/// <summary>What the seed decides before a history begins: how large, how rough, how busy, and who cheats.</summary>
/// <param name="Deaths">In the middle of a step; <paramref name="Crashes"/> are those between two steps.</param>
/// <param name="Jumps">Of a running node's clock.</param>
public sealed record Plan(
    Suite Suite, int Nodes, int Threshold, int LossPerMille, int SlowPerMille, int CrashPerTenThousand, int Deaths, int Crashes, int Partitions, int Jumps,
    int Orders, int Signatures, TimeSpan Busy, Rotation? Rotation)
{
    public IReadOnlyList<CheaterPlan> Cheaters { get; init; } = [];

    /// <summary>Parts that are left out: see <see cref="PlanParts"/>.</summary>
    public IReadOnlySet<string> Without { get; init; } = new HashSet<string>();

    /// <summary>Nodes of the cluster.</summary>
    public int AllNodes => Nodes + (Rotation?.Spare ?? 0);

    public bool IsHonest => Cheaters.Count == 0;

    /// <summary>No message is lost, nobody dies, nothing is slow: what a session comes to is decided by what is said in it.</summary>
    public bool IsCalm => LossPerMille == 0 && SlowPerMille == 0 && Deaths == 0 && Crashes == 0 && Partitions == 0 && Jumps == 0;

    public bool Has(Conduct conduct) => Cheaters.Any(cheater => cheater.Conduct == conduct);

    /// <summary>Whether the i-th event of a kind happens.</summary>
    public bool Has(string kind, int i) => !Without.Contains($"{kind}:{i}");

    /// <summary>Where a seed's plan is drawn from.</summary>
    public static SeededSource SourceOf(ulong seed) => new($"history-{seed}/plan");

    public static Plan Draw(ulong seed) => Draw(SourceOf(seed));

    private static Plan Draw(SeededSource random)
    {
        var kind = random.Below(20);
        // A few sizes beside the plain 2 of 3.
        var (nodes, threshold) = random.Below(32) switch
        {
            0 or 1 => (3, 3),
            2 or 3 => (4, 2),
            4 or 5 => (4, 3),
            6 or 7 => (5, 3),
            8 => (5, 4),
            9 => (6, 3),
            10 => (7, 4),
            _ => (3, 2),
        };
        if (kind is 12 or 13 or 14)
            (nodes, threshold) = (3, 2); // the first cheats are played among three
        // Threshold ECDSA costs a hundred times what FROST does.
        var suite = threshold == 2 && kind != 12 && random.Below(8) == 0 || nodes <= 4 && random.Below(40) == 0 ? Suite.EcdsaSecp256k1 : Suite.FrostEd25519;
        // A third of the histories is calm, so that the long paths are walked to their ends.
        var rough = random.Below(3) != 0;
        var plan = new Plan(
            suite, nodes, threshold,
            LossPerMille: rough ? random.Below(25) : 0,
            SlowPerMille: rough || random.Below(2) == 0 ? random.Below(60) : 0,
            CrashPerTenThousand: rough ? random.Below(150) : 0,
            Deaths: rough ? random.Below(4) : 0,
            Crashes: rough ? random.Below(3) : 0,
            Partitions: rough ? random.Below(3) : 0,
            Jumps: rough && random.Below(4) == 0 ? 1 + random.Below(3) : 0,
            Orders: 1 + random.Below(2),
            Signatures: 2 + random.Below(5),
            Busy: TimeSpan.FromSeconds(4 + random.Below(8)),
            Rotation: null);
        return kind switch
        {
            < 6 => plan,
            < 12 => WithRotation(plan, random),
            12 => plan with { Cheaters = [new(random.Below(nodes), Conduct.TwoFacedDealer)] },
            13 or 14 => plan with { Cheaters = [new(random.Below(nodes), Conduct.CoordinatorAsksTwice)] },
            < 18 => WithCheaters(plan, random),
            _ => WithCheaters(WithRotation(plan, random, honest: true), random),
        };
    }

    /// <summary>One cheater, or up to t − 1 of them, each in its own way.</summary>
    private static Plan WithCheaters(Plan plan, SeededSource random)
    {
        // Several cheat together where t allows it.
        if (random.Below(4) == 0 && plan is { Suite: Suite.FrostEd25519, Rotation: null })
            plan = random.Below(4) == 0 ? plan with { Nodes = 7, Threshold = 4 } : plan with { Nodes = 5, Threshold = 3 };
        var count = 1 + random.Below(plan.Threshold - 1);
        List<int> nodes = [.. Enumerable.Range(0, plan.Nodes)];
        List<CheaterPlan> cheaters = [];
        for (var i = 0; i < count && plan.Nodes - i > plan.Threshold; i++)
        {
            var at = random.Below(nodes.Count);
            cheaters.Add(CheaterPlan.Draw(nodes[at], random, plan.Suite != Suite.FrostEd25519, plan.Rotation is not null));
            nodes.RemoveAt(at);
        }
        return plan with { Cheaters = cheaters };
    }

    /// <summary>In a third of those in which administrators rotate keys, somebody cheats about it.</summary>
    private static Plan WithRotation(Plan plan, SeededSource random, bool honest = false)
    {
        Conduct? conduct = random.Below(16) switch
        {
            0 => Conduct.SilentAfterRound3,
            1 => Conduct.AcknowledgesToHalf,
            2 => Conduct.LyingCoordinator,
            3 => Conduct.OldGeneration,
            4 => Conduct.SessionRunTwice,
            5 => Conduct.TwoWords,
            _ => null,
        };
        if (honest)
            conduct = null;
        var mayLose = conduct is null && !honest && plan.Threshold < plan.Nodes;
        return plan with
        {
            Cheaters = conduct is { } bad ? [new(random.Below(plan.Nodes), bad)] : [],
            Busy = plan.Busy + TimeSpan.FromSeconds(4 + random.Below(10)),
            Rotation = Rotation.Draw(random, mayLose, atLeast: conduct == Conduct.OldGeneration ? 2 : 1),
        };
    }

    public override string ToString() =>
        $"{Threshold} of {Nodes} {Suite}, losses {LossPerMille}‰, slow {SlowPerMille}‰, {Deaths} deaths ({CrashPerTenThousand}‱), {Crashes} crashes, {Partitions} partitions, {Jumps} jumps, "
        + $"{Orders} orders, {Signatures} signatures, {Busy.TotalSeconds} s, {Rotation?.ToString() ?? "no rotation"}"
        + (IsHonest ? "" : $"; {string.Join(", ", Cheaters)}") + (Without.Count == 0 ? "" : $"; without {string.Join(",", Without.Order(StringComparer.Ordinal))}");
}
