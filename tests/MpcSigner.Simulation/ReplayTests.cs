using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Commands;
using MpcSigner.Simulation.Histories;
using Xunit;

namespace MpcSigner.Simulation;

/// <summary>A history follows from its seed and from what is left out of its plan, and from nothing else.</summary>
public sealed class ReplayTests
{
    /// <summary>Kinds of history, each by the first seed that has it.</summary>
    public static TheoryData<string> Kinds => ["honest", "rotating", "ecdsa", "lies", "several cheaters", "disk goes back", "clock jumps", "large"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_seed_is_lived_again_exactly(string kind)
    {
        var seed = FirstOf(kind);
        var first = History.Run(seed, chronicled: true);
        var second = History.Run(seed, chronicled: true);
        Assert.True(first.Holds, first.Detail);
        Assert.Equal(first.Lines, second.Lines);
        Assert.Equal(first.Digest, second.Digest);
        Assert.True(first.Lines.Count > 30);
        Assert.NotEqual(first.Digest, History.Run(seed, chronicled: true, PlanParts.Without(first.Plan, ["order:0"])).Digest);
    }

    /// <summary>Seeds that broke a promise once, with what was left out of them when they were made small.</summary>
    [Theory]
    // A party of a creation lost its disk after its ACK; one that held that ACK waited for ever for the ACK of one that had given up.
    [InlineData(6916, "crash:0,losses,operation:0,order:0,sign:0,sign:1,sign:2,sign:3,sign:4,slowness")]
    public void A_seed_that_broke_a_promise_holds(ulong seed, string without)
    {
        var outcome = History.Run(seed, plan: PlanParts.Without(Plan.Draw(seed), without.Split(',')));
        Assert.True(outcome.Holds, outcome.Detail);
    }

    /// <summary>What is left out moves nothing else: the rest of the calendar stays as it was.</summary>
    [Fact]
    public void Leaving_out_a_part_moves_nothing_else()
    {
        var seed = FirstOf("honest");
        var plan = Plan.Draw(seed);
        Assert.True(plan.Signatures > 1);
        var whole = Asked(History.Run(seed, chronicled: true, plan));
        var less = Asked(History.Run(seed, chronicled: true, PlanParts.Without(plan, [$"sign:{plan.Signatures - 1}"])));
        Assert.NotEmpty(less);
        Assert.Subset(whole.ToHashSet(), less.Where(line => line.Contains("Create", StringComparison.Ordinal)).ToHashSet());
    }

    [Fact]
    public void A_plan_says_which_parts_it_has_not()
    {
        var plan = Plan.Draw(FirstOf("rotating"));
        var parts = PlanParts.Of(plan).ToArray();
        Assert.Contains("rotation", parts);
        var smaller = PlanParts.Without(plan, ["rotation", "sign:0"]);
        Assert.Null(smaller.Rotation);
        Assert.False(smaller.Has("sign", 0));
        Assert.DoesNotContain("sign:0", PlanParts.Of(smaller));
        Assert.Throws<FormatException>(() => PlanParts.Without(plan, ["weather"]));
        Assert.Equal(" --without rotation,sign:0", new Selection(new([])).OptionsFor(smaller));
    }

    private static string[] Asked(Outcome outcome) => [.. outcome.Lines.Where(line => line.Contains(" client ", StringComparison.Ordinal)).Select(line => line[line.IndexOf(": ", StringComparison.Ordinal)..])];

    private static ulong FirstOf(string kind)
    {
        for (var seed = 1ul; seed < 2_000; seed++)
        {
            var plan = Plan.Draw(seed);
            if (plan.AllNodes > 5 && kind != "large")
                continue;
            var has = kind switch
            {
                "honest" => plan is { IsHonest: true, Rotation: null, Signatures: > 1, Suite: Suite.FrostEd25519 },
                "rotating" => plan is { IsHonest: true, Rotation.LosesDisk: false },
                "ecdsa" => plan is { Suite: Suite.EcdsaSecp256k1, Rotation: null },
                "lies" => plan.Has(Conduct.Lies),
                "several cheaters" => plan.Cheaters.Count > 1,
                "disk goes back" => plan.Rotation is { LosesDisk: true },
                "clock jumps" => plan.Jumps > 0,
                "large" => plan is { Nodes: 7, Threshold: 4 },
                _ => throw new ArgumentException(kind),
            };
            if (has)
                return seed;
        }
        throw new InvalidOperationException($"no history is {kind}");
    }
}
