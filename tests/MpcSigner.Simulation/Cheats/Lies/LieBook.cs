using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Cheats.Lies;

/// <summary>Every lie that a cheater can be given, by the row of the tampering matrix that it stands for.</summary>
public static class LieBook
{
    public static IReadOnlyList<Lie> All { get; } = [.. Rounds.Creation, .. Rounds.Maintenance, .. SetupLies.All, .. PresignLies.All, .. SigningLies.All];

    public static Lie Find(string row) => All.First(lie => lie.Row == row);

    /// <summary>One of those that fit; every protocol as often as any other.</summary>
    public static string Draw(SeededSource random, Func<Lie, bool> fits)
    {
        IGrouping<ProtocolKind, Lie>[] protocols = [.. All.Where(fits).GroupBy(lie => lie.Protocol)];
        var lies = protocols[random.Below(protocols.Length)].ToArray();
        return lies[random.Below(lies.Length)].Row;
    }

    /// <summary>The signed rounds of key generation, refresh, reshare and recovery.</summary>
    private static class Rounds
    {
        private static readonly Range Context = 0..32;
        private static readonly Range Commitment = 32..64;
        private static readonly Range Echo = 0..32;
        private static readonly Range RecordsRoot = 32..64;

        public static IEnumerable<Lie> Creation =>
        [
            .. Common(ProtocolKind.Dkg, "dkg", "T26f"),
            Of("T26e@dkg", ProtocolKind.Dkg, 2, Verdict.Named, true, draft =>
                draft.TryTheirs(draft.Parts.Proofs, out var theirs) ? draft.Overwrite(draft.Parts.Proofs, theirs.Span).SignBroadcast().Payload : null),
            Of("proof@dkg", ProtocolKind.Dkg, 2, Verdict.Named, false, draft => draft.Nudge(ResponseOfLastProof(draft)).SignBroadcast().Payload),
            .. Confirmation(ProtocolKind.Dkg, "dkg"),
        ];

        public static IEnumerable<Lie> Maintenance =>
        [
            .. Common(ProtocolKind.Refresh, "refresh", "T27c"),
            Of("T27a@refresh", ProtocolKind.Refresh, 2, Verdict.Named, false, draft => draft.Nudge(draft.Parts.Shares).SignShares().Payload),
            .. Confirmation(ProtocolKind.Refresh, "refresh"),
            .. Common(ProtocolKind.Reshare, "reshare", "T27c"),
            Of("records@reshare", ProtocolKind.Reshare, 1, Verdict.Named, false, draft => draft.Flip(draft.Parts.Records).SignBroadcast().Payload),
            Of("T27b@reshare", ProtocolKind.Reshare, 2, Verdict.Named, false, ForeignDealing.Opening) with { Before = ForeignDealing.Commitment, Kind = FaultKind.ForeignShareDealt },
            .. Confirmation(ProtocolKind.Reshare, "reshare"),
            .. Common(ProtocolKind.Recovery, "recovery", "T27c"),
            Of("records@recovery", ProtocolKind.Recovery, 1, Verdict.Named, false, draft => draft.Flip(draft.Parts.Records).SignBroadcast().Payload),
            Of("T27d@recovery", ProtocolKind.Recovery, 2, Verdict.Named, false, ForeignDealing.Opening) with { Before = ForeignDealing.Commitment, Kind = FaultKind.ForeignShareDealt },
            Of("T27e@recovery", ProtocolKind.Recovery, 3, Verdict.Named, false, draft => draft.Nudge(draft.Parts.Proofs).SignBroadcast().Payload),
        ];

        private static IEnumerable<Lie> Common(ProtocolKind protocol, string name, string share) =>
        [
            Of($"ctx@{name}", protocol, 1, Verdict.Nobody, true, draft => draft.Flip(Context).SignBroadcast().Payload),
            Of($"T26g@{name}", protocol, 1, Verdict.Nobody, true, draft => draft.Flip(Commitment).SignBroadcast().Payload),
            Of($"T26a@{name}", protocol, 2, Verdict.Named, false, draft => draft.Flip(draft.Parts.Salt).SignBroadcast().Payload),
            Of($"T26b@{name}", protocol, 2, Verdict.Named, false, draft =>
            {
                var last = draft.Payload[(draft.Parts.Points.End.Value - draft.Parts.PointSize)..draft.Parts.Points.End.Value];
                return draft.Insert(draft.Parts.Points.End.Value, last).SignBroadcast(last.Length).Payload;
            }),
            Of($"T26c@{name}", protocol, 2, Verdict.Named, false, draft =>
                draft.Remove(draft.Parts.Points.End.Value - draft.Parts.PointSize, draft.Parts.PointSize).SignBroadcast(-draft.Parts.PointSize).Payload),
            // O has no encoding on the wire; on edwards25519 it would be y = 1.
            Of($"T26d@{name}", protocol, 2, Verdict.Named, false, draft =>
            {
                var point = new byte[draft.Parts.PointSize];
                point[0] = (byte)(draft.Parts.IsLittleEndian ? 1 : 0);
                var at = draft.Parts.Points.Start.Value;
                return draft.Overwrite(at..(at + point.Length), point).SignBroadcast().Payload;
            }),
            Of($"{share}@{name}", protocol, 2, Verdict.Named, true, draft => draft.Parts.SharesSize == 0 ? null : draft.Nudge(draft.Parts.Shares).SignShares().Payload),
            Of($"T1@{name}", protocol, 2, Verdict.Nobody, true, draft => draft.Flip(Echo).SignBroadcast().Payload),
            Of($"signature@{name}", protocol, 2, Verdict.Named, true, draft => draft.Flip(draft.Parts.BroadcastSignature).Payload),
            Of($"length@{name}", protocol, 2, Verdict.Named, true, draft => draft.OtherLength().Payload),
        ];

        private static IEnumerable<Lie> Confirmation(ProtocolKind protocol, string name) =>
        [
            Of($"T2@{name}", protocol, 3, Verdict.Nobody, true, draft => draft.Flip(Echo).SignBroadcast().Payload),
            Of($"KHR@{name}", protocol, 3, Verdict.Nobody, true, draft => draft.Flip(RecordsRoot).SignBroadcast().Payload),
            Of($"share-proof@{name}", protocol, 3, Verdict.Named, false, draft => draft.Nudge(ResponseOfLastProof(draft)).SignBroadcast().Payload),
        ];

        /// <summary>z of the last A ‖ z.</summary>
        private static Range ResponseOfLastProof(Draft draft) => (draft.Parts.Proofs.End.Value - 32)..draft.Parts.Proofs.End.Value;

        private static Lie Of(string row, ProtocolKind protocol, byte round, Verdict verdict, bool oneVictim, Func<Draft, byte[]?> tell) =>
            new(row, protocol, MessageType.Round, round, verdict, oneVictim, draft => draft.Parts.BroadcastSize == 0 ? null : tell(draft));
    }
}
