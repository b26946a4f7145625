using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Kernel.Tests.Protocols.Cheating;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Cryptography.Groups;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Evidence;

/// <summary>No choice of what was signed in a session, by honest parties and by a cheater, convicts an honest party of anything.</summary>
[Trait("row", "X-evidence")]
public sealed class HonestPartyTests
{
    private const int Draws = 300;
    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();
    private static readonly FaultKind[] Provable = [.. Kinds.Where(kind => ProvableFaults.Describe(kind) is not null)];

    public static TheoryData<ProtocolKind, string> Sessions
    {
        get
        {
            var rows = new TheoryData<ProtocolKind, string>
            {
                { ProtocolKind.Dkg, "" }, { ProtocolKind.Dkg, nameof(DkgCheat.Round2WrongShareForVictim) }, { ProtocolKind.Dkg, nameof(DkgCheat.Round1OtherCommitmentForVictim) },
                { ProtocolKind.Dkg, nameof(DkgCheat.Round2OtherValidProofForVictim) },
            };
            foreach (var protocol in (ProtocolKind[])[ProtocolKind.Refresh, ProtocolKind.Reshare, ProtocolKind.Recovery])
            {
                foreach (var cheat in (string[])["", nameof(MaintenanceCheat.Round2WrongShareForVictim), nameof(MaintenanceCheat.Round1OtherCommitmentForVictim)])
                    rows.Add(protocol, cheat);
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void P9_No_set_of_statements_convicts_an_honest_party(ProtocolKind protocol, string cheat)
    {
        using var scene = protocol == ProtocolKind.Dkg
            ? EvidenceScene.KeyGeneration(cheat.Length == 0 ? null : Enum.Parse<DkgCheat>(cheat))
            : EvidenceScene.Maintenance(protocol, cheat.Length == 0 ? null : Enum.Parse<MaintenanceCheat>(cheat));
        var statements = StatementsOf(scene).ToList();
        Assert.True(statements.Count >= 3 * scene.Subject.Parties.Count / 2, $"{statements.Count} statements were read");
        Assert.All(statements, statement => Assert.True(statement.Verify(scene.Committee.Identity(statement.From).PublicKey), $"{statement}"));
        var random = new DeterministicRandom("subsets", $"{protocol} {cheat}");
        var honest = statements.Where(statement => cheat.Length == 0 || statement.From != EvidenceScene.Cheater).ToList();
        for (var i = 0; i < Draws; i++)
        {
            var last = honest[random.Next(honest.Count)];
            var kind = random.Next(4) == 0 ? Kinds[random.Next(Kinds.Length)] : Provable[random.Next(Provable.Length)];
            var accusation = new Accusation(last.From, kind, random.Next(3) == 0 ? null : random.Next(2), default, [.. Before(statements, last, random), last]);
            var verdict = scene.Court.Judge(scene.FileOf(EvidenceScene.Victim, accusation));
            Assert.False(verdict.Convicts, $"{accusation.Kind} of key {accusation.Key} by {string.Join(", ", accusation.Evidence)}: {verdict}");
            Assert.Equal(EvidenceFinding.NotShown, verdict.Finding);
        }
        // The draw is not blind: in the same way the cheater's own statements convict it.
        if (cheat.StartsWith("Round2WrongShare", StringComparison.Ordinal))
            Assert.Equal(1, ConvictionsOfTheCheater(scene, [.. statements.Where(statement => statement.From == EvidenceScene.Cheater)]));
    }

    /// <summary>By every pair of its statements, every kind of fault, every key: there is one pair of which one key is proof.</summary>
    private static int ConvictionsOfTheCheater(EvidenceScene scene, IReadOnlyList<SignedStatement> own)
    {
        var convictions = 0;
        foreach (var first in own)
        {
            foreach (var last in own)
            {
                foreach (var kind in Provable)
                {
                    for (var key = 0; key < 2; key++)
                        convictions += scene.Court.Judge(scene.FileOf(EvidenceScene.Victim, new(EvidenceScene.Cheater, kind, key, default, [first, last]))).Convicts ? 1 : 0;
                }
            }
        }
        return convictions;
    }

    /// <summary>What an accusation would put before its last statement: nothing, one of the same party, all openings, or anything.</summary>
    private static IEnumerable<SignedStatement> Before(List<SignedStatement> statements, SignedStatement last, DeterministicRandom random)
    {
        switch (random.Next(4))
        {
            case 0:
                return [];
            case 1:
                var own = statements.Where(statement => statement.From == last.From).ToList();
                return [own[random.Next(own.Count)]];
            case 2:
                return statements.Where(statement => statement is { Round: 2, To: 0 }).DistinctBy(statement => statement.From).OrderBy(statement => statement.From);
            default:
                return Enumerable.Range(0, random.Next(4)).Select(_ => statements[random.Next(statements.Count)]);
        }
    }

    private static IEnumerable<SignedStatement> StatementsOf(EvidenceScene scene)
    {
        // Each party's own T1: where somebody told two stories they differ. Who deals nothing has the dealers'.
        var t1 = scene.Delivered.Where(message => message.Round == 2).DistinctBy(message => message.From)
            .ToDictionary(message => message.From, message => new Digest32(message.Payload.AsSpan(0, Digest32.Size)));
        return scene.Delivered.SelectMany(message => Split(scene.Subject, message, message.Round == 1 ? null : t1.TryGetValue(message.From, out var own) ? own : t1.Values.First())).DistinctBy(statement => Convert.ToHexString(statement.Encode()));
    }

    private static IEnumerable<SignedStatement> Split(EvidenceSubject subject, Travelling message, Digest32? under)
    {
        var (broadcast, shares) = SizesOf(subject, message);
        var context = subject.Context!.Value;
        if (broadcast > 0)
            yield return new(context, message.Round, message.From, 0, under, message.Payload[..broadcast], message.Payload[broadcast..(broadcast + 64)]);
        var rest = message.Payload[(broadcast == 0 ? 0 : broadcast + 64)..];
        if (rest.Length > 0)
            yield return new(context, message.Round, message.From, message.To.Value, under, rest[..shares], rest[shares..]);
    }

    /// <summary>Bytes of the part that everybody gets, and of the part that is for one.</summary>
    private static (int Broadcast, int Private) SizesOf(EvidenceSubject subject, Travelling message)
    {
        if (subject is EvidenceSubject.KeyGeneration made)
        {
            var dkg = new DkgLayout(Groups.For(made.Input.Suite.Curve()), made.Input.Threshold, made.Input.Count);
            return (dkg.BroadcastSize(message.Round), dkg.SharesPayload);
        }
        var terms = ((EvidenceSubject.Maintenance)subject).Input.Terms;
        var layout = MaintenanceProtocol.Of(terms, Groups.For(terms.Suite.Curve())).Layout;
        return message.Round switch
        {
            1 => (layout.CommitmentPayload, 0),
            2 => (layout.OpeningPayload, layout.SharesPayload),
            _ when terms.Protocol == ProtocolKind.Recovery => (0, layout.SumsPayload),
            _ => (layout.ConfirmationPayload, 0),
        };
    }
}
