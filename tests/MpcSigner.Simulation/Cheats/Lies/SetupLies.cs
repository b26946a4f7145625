using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Simulation.Cheats.Lies;

/// <summary>What a node can say wrongly while it sets up a pair (spec §5): base OT, seeds and their proof, confirmation.</summary>
internal static class SetupLies
{
    private const int Points = 32;
    private const int PointSize = 33;
    private const int BaseOts = 256;
    private const int Trees = Points + BaseOts * PointSize;
    private const int TreeCount = 32;
    private const int TreeSize = 288;
    private const int Corrections = 192;
    private const int LeafCheck = 64;

    public static IReadOnlyList<Lie> All { get; } =
    [
        Of("epoch@setup", 0, Verdict.None, draft => draft.Flip(0..16).Payload),
        Of("nonce@setup", 0, Verdict.None, draft => draft.Flip(16..80).Payload),
        Of("T01a@setup", 1, Verdict.Named, draft => draft.Overwrite(PointOf(draft), OffCurve).Payload),
        Of("T01b@setup", 1, Verdict.Named, draft => draft.Overwrite(PointOf(draft), new byte[PointSize]).Payload),
        Of("T01c@setup", 1, Verdict.Named, draft => draft.OtherLength().Payload),
        Of("T02@setup", 2, Verdict.Named, draft => draft.Overwrite(PointOf(draft), OffCurve).Payload),
        // On the side that the other uses the verdict is false; on the side that it does not, nothing has changed for it (T04).
        Of("T03a@setup", 2, Verdict.None, draft => draft.Flip(Tree(draft, 0, Corrections)).Payload),
        Of("T03b@setup", 2, Verdict.Named, draft => draft.Flip(Tree(draft, Corrections, LeafCheck)).Payload),
        Of("T03c@setup", 2, Verdict.Named, draft => draft.Flip(Tree(draft, Corrections + LeafCheck, TreeSize - Corrections - LeafCheck)).Payload),
        Of("T05@setup", 3, Verdict.None, draft => draft.Flip(0..32).Payload),
        Of("T05@setup-end", 4, Verdict.None, draft => draft.Flip(0..32).Payload),
    ];

    /// <summary>x = 5 has no y on secp256k1.</summary>
    private static ReadOnlySpan<byte> OffCurve => [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5];

    private static Range PointOf(Draft draft)
    {
        var at = Points + PointSize * draft.Random.Below(BaseOts);
        return at..(at + PointSize);
    }

    private static Range Tree(Draft draft, int from, int length)
    {
        var at = Trees + TreeSize * draft.Random.Below(TreeCount) + from;
        return at..(at + length);
    }

    private static Lie Of(string row, byte round, Verdict verdict, Func<Draft, byte[]?> tell) =>
        new(row, ProtocolKind.PairSetup, MessageType.Round, round, verdict, OneVictim: true, tell);
}
