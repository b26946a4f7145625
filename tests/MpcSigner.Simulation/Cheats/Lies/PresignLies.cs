using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Simulation.Cheats.Lies;

/// <summary>What a signer can say wrongly in a presign session (spec §6, §7, §12): correlated OT, vector OLE, openings and their points.</summary>
internal static class PresignLies
{
    private const int Round1 = 4_368;
    private const int Round2 = 40_228;

    /// <summary>COT1 within round 1: ν ‖ U ‖ x̂ ‖ t̂.</summary>
    private const int Cot = 96;
    private const int Rows = 2_176;

    /// <summary>VOLE2 within round 2: ã ‖ η ‖ μ.</summary>
    private const int Vole = 228;
    private const int Masked = 39_936;

    private static readonly Range NoncePoint = 32..65;
    private static readonly Range KeyPoint = 97..130;
    private static readonly Range GammaU = 130..163;
    private static readonly Range GammaV = 163..196;

    public static IReadOnlyList<Lie> All { get; } =
    [
        First("ctx@presign", Verdict.Nobody, 0..32),
        First("T08@presign", Verdict.Nobody, 32..64),
        First("T09@presign", Verdict.Nobody, 64..96),
        First("T06a@presign", Verdict.Condemned, Cot..(Cot + 32)),
        First("T06b@presign", Verdict.Condemned, (Cot + 32)..(Cot + 32 + Rows)),
        First("T06c@presign", Verdict.Condemned, (Cot + 32 + Rows)..(Cot + 48 + Rows)),
        First("T06d@presign", Verdict.Condemned, (Cot + 48 + Rows)..Round1),
        Of("length1@presign", 1, Verdict.Named, draft => draft.OtherLength().Payload),
        Second("T10@presign", Verdict.Nobody, (draft, at) => draft.Flip(In(at, 0..32)).Payload),
        Second("T11a@presign", Verdict.Named, (draft, at) => Copied(draft, at, KeyPoint, NoncePoint)),
        Second("T11b@presign", Verdict.Named, (draft, at) => draft.Flip(In(at, 65..97)).Payload),
        Second("T12a@presign", Verdict.Condemned, (draft, at) => draft.Nudge(In(at, Vole..(Vole + Masked))).Payload),
        Second("T12b@presign", Verdict.Condemned, (draft, at) => draft.Nudge(In(at, (Vole + Masked)..(Vole + Masked + 32))).Payload),
        Second("T12c@presign", Verdict.Condemned, (draft, at) => draft.Flip(In(at, (Vole + Masked + 32)..Round2)).Payload),
        Second("T15b@presign", Verdict.Condemned, (draft, at) => Copied(draft, at, NoncePoint, KeyPoint)),
        Second("T15c@presign", Verdict.Condemned, (draft, at) => Copied(draft, at, GammaV, GammaU)),
        Second("T17@presign", Verdict.None, (draft, at) => draft.Nudge(In(at, 196..228)).Payload),
        Of("length2@presign", 2, Verdict.Named, draft => draft.OtherLength().Payload),
    ];

    private static Lie First(string row, Verdict verdict, Range part) =>
        Of(row, 1, verdict, draft => draft.Flip(In(Round1 * draft.Random.Below(draft.Payload.Length / Round1), part)).Payload);

    private static Lie Second(string row, Verdict verdict, Func<Draft, int, byte[]?> tell) =>
        Of(row, 2, verdict, draft => tell(draft, Round2 * draft.Random.Below(draft.Payload.Length / Round2)));

    private static Range In(int at, Range part) => (at + part.Start.Value)..(at + part.End.Value);

    /// <summary>A valid point in the place of another.</summary>
    private static byte[] Copied(Draft draft, int at, Range from, Range to) => draft.Overwrite(In(at, to), draft.Payload[In(at, from)]).Payload;

    private static Lie Of(string row, byte round, Verdict verdict, Func<Draft, byte[]?> tell) =>
        new(row, ProtocolKind.Presign, MessageType.Round, round, verdict, OneVictim: true, tell);
}
