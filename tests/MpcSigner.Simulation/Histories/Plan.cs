using MpcSigner.Core.Keys;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Histories;

/// <summary>Who cheats in a history, and how.</summary>
public enum Mode
{
    Honest = 1,

    /// <summary>One party of a key generation opens its commitment differently to one other party.</summary>
    TwoFacedDealer = 2,

    /// <summary>One coordinator asks a co-signer twice under one nonce, with different commitments of its own.</summary>
    CoordinatorAsksTwice = 3,

    /// <summary>One party of refreshes and reshares says nothing after round 3: no ACK, no certificate, no answer.</summary>
    SilentAfterRound3 = 4,

    /// <summary>One party shows its ACK to all others but one.</summary>
    AcknowledgesToHalf = 5,

    /// <summary>One coordinator's START says something else than the administrators' order, to all or to one.</summary>
    LyingCoordinator = 6,

    /// <summary>One node shows again and again what was certified before.</summary>
    OldGeneration = 7,

    /// <summary>One coordinator opens its sessions of maintenance again and again under one id.</summary>
    SessionRunTwice = 8,
}

/// <summary>What the seed decides before a history begins: how large, how rough, how busy.</summary>
public sealed record Plan(
    Mode Mode, Suite Suite, int Nodes, int Threshold, int LossPerMille, int SlowPerMille, int CrashPerTenThousand, int Crashes, int Partitions,
    int Orders, int Signatures, TimeSpan Busy, Rotation? Rotation)
{
    /// <summary>Nodes of the cluster.</summary>
    public int AllNodes => Nodes + (Rotation?.Spare ?? 0);

    /// <summary>Everybody does all that is asked for, in the end.</summary>
    public bool AllTakePart => Mode == Mode.Honest;

    /// <summary>Where a seed's plan is drawn from, and what its history goes on with.</summary>
    public static SeededSource SourceOf(ulong seed) => new($"history-{seed}/plan");

    public static Plan Draw(SeededSource random)
    {
        var mode = random.Below(10) switch
        {
            < 7 => Mode.Honest,
            < 8 => Mode.TwoFacedDealer,
            _ => Mode.CoordinatorAsksTwice,
        };
        // A few sizes beside the plain 2 of 3; a cheat is played among three.
        var (nodes, threshold) = mode != Mode.Honest ? (3, 2) : random.Below(16) switch
        {
            0 => (3, 3),
            1 => (4, 2),
            2 => (4, 3),
            3 => (5, 3),
            _ => (3, 2),
        };
        // Threshold ECDSA costs a hundred times what FROST does: some histories, and some of those in which a coordinator asks twice.
        var suite = mode != Mode.TwoFacedDealer && (nodes, threshold) == (3, 2) && random.Below(8) == 0 ? Suite.EcdsaSecp256k1 : Suite.FrostEd25519;
        // A third of the histories is calm, so that the long paths are walked to their ends.
        var rough = random.Below(3) != 0;
        var plan = new Plan(
            mode, suite, nodes, threshold,
            LossPerMille: rough ? random.Below(25) : 0,
            SlowPerMille: random.Below(60),
            CrashPerTenThousand: rough ? random.Below(150) : 0,
            Crashes: rough ? random.Below(5) : 0,
            Partitions: rough ? random.Below(3) : 0,
            Orders: 1 + random.Below(2),
            Signatures: 2 + random.Below(5),
            Busy: TimeSpan.FromSeconds(4 + random.Below(8)),
            Rotation: null);
        return mode == Mode.Honest && random.Below(2) == 0 ? WithRotation(plan, random) : plan;
    }

    /// <summary>A good third of all histories; in a quarter of them somebody cheats about it.</summary>
    private static Plan WithRotation(Plan plan, SeededSource random)
    {
        var mode = random.Below(16) switch
        {
            0 => Mode.SilentAfterRound3,
            1 => Mode.AcknowledgesToHalf,
            2 => Mode.LyingCoordinator,
            3 => Mode.OldGeneration,
            4 => Mode.SessionRunTwice,
            _ => Mode.Honest,
        };
        var mayLose = mode == Mode.Honest && plan.Threshold < plan.Nodes && plan.Suite == Suite.FrostEd25519;
        return plan with { Mode = mode, Busy = plan.Busy + TimeSpan.FromSeconds(4 + random.Below(10)), Rotation = Rotation.Draw(random, mayLose, atLeast: mode == Mode.OldGeneration ? 2 : 1) };
    }
}
