using MpcSigner.Core.Identities;
using MpcSigner.Kernel.Tests.Protocols.Cheating;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkg;

/// <summary>Every cheat of <see cref="DkgTamperingTests"/> among three with a threshold of two, where one honest party is the only witness of another.</summary>
public sealed class DkgOfThreeTests : IDisposable
{
    private static readonly PartyId Cheater = new(7), Victim = new(65535), Other = new(1);

    private readonly Committee _committee = Committee.OfSize(3);

    public void Dispose() => _committee.Dispose();

    [Theory]
    [MemberData(nameof(DkgTamperingTests.Rows), MemberType = typeof(DkgTamperingTests))]
    public void Two_honest_parties_find_what_four_do(string cheat, FaultKind kind, bool named, DkgTamperingTests.Finders finders, bool provable)
    {
        var input = _committee.Input(threshold: 2, count: 2);
        PartyId? rushing = cheat is nameof(DkgCheat.Round2CopyOfAnotherParty) or nameof(DkgCheat.Round3ProofForOtherParty) ? Cheater : null;
        using var run = new DkgRun(_committee, input, order: cheat, network: new CheatingDkgPeer(_committee, input, Cheater, Victim, Enum.Parse<DkgCheat>(cheat)).Network, rushing: rushing);
        var court = new DkgEvidence(input, _committee.Identities);
        foreach (var pid in new[] { Other, Victim })
        {
            Assert.DoesNotContain(pid, run.Results.Keys);
            if (pid == Other && finders == DkgTamperingTests.Finders.OnlyVictim)
            {
                Assert.DoesNotContain(pid, run.Faults.Keys);
                continue;
            }
            var fault = run.Faults[pid];
            Assert.Equal((kind, named ? 1 : 0), (fault.Kind, fault.Culprits.Count));
            Assert.All(fault.Accusations, accusation => Assert.Equal(Cheater, accusation.Culprit));
            Assert.Equal(fault.Accusations.OrderBy(one => one.Culprit).ThenBy(one => one.Kind).ThenBy(one => one.Key), fault.Accusations);
            Assert.Equal(provable, fault.Accusations.Count > 0 && fault.Accusations.All(court.Convicts));
            if (!named)
                Assert.NotEmpty(fault.Differing);
            CheckStatements(fault, pid);
        }
    }

    /// <summary>What an echo mismatch is resolved with: the whole round before, and of round 3 our own word and those that differ.</summary>
    private void CheckStatements(ProtocolFault fault, PartyId self)
    {
        IEnumerable<PartyId> Of(byte round) => fault.Statements.Where(statement => statement.Round == round).Select(statement => statement.From);
        if (fault.Kind is not (FaultKind.CommitmentEchoMismatch or FaultKind.TranscriptEchoMismatch))
        {
            Assert.Empty(fault.Statements);
            return;
        }
        var before = (byte)(fault.Kind == FaultKind.CommitmentEchoMismatch ? 1 : 2);
        Assert.Equal(_committee.Pids, Of(before));
        if (before == 2)
            Assert.All(fault.Differing.Append(self), pid => Assert.Contains(pid, Of(3)));
        Assert.All(fault.Statements, statement => Assert.True(statement.Verify(_committee.Identity(statement.From).PublicKey)));
    }

    /// <summary>An echo that its sender did not sign is no echo: it blames who sent it, and splits nothing.</summary>
    [Fact]
    public void An_echo_that_is_not_signed_blames_its_sender()
    {
        var input = _committee.Input(threshold: 2, count: 1);
        using var run = new DkgRun(_committee, input, network: message =>
            message.From == Cheater && message.Round == 3 ? [message with { Payload = [(byte)(message.Payload[0] ^ 1), .. message.Payload[1..]] }] : [message]);
        foreach (var pid in new[] { Other, Victim })
        {
            var accusation = Assert.Single(run.Faults[pid].Accusations);
            Assert.Equal((Cheater, FaultKind.BadIdentitySignature), (accusation.Culprit, accusation.Kind));
            Assert.Empty(run.Faults[pid].Differing);
            Assert.Empty(run.Faults[pid].Statements);
        }
    }

    /// <summary>Two cheats of one round, one of them a message that cannot be read: both are told, in order of parties, and what may be blamed on nobody is told with what may.</summary>
    [Theory]
    [InlineData(nameof(DkgCheat.Round2TooShort), nameof(DkgCheat.Round2OtherSalt), FaultKind.MalformedMessage, FaultKind.BadOpening)]
    [InlineData(nameof(DkgCheat.Round2OtherSalt), nameof(DkgCheat.Round2TooShort), FaultKind.BadOpening, FaultKind.MalformedMessage)]
    [InlineData(nameof(DkgCheat.Round1TooLong), nameof(DkgCheat.Round1BadSignature), FaultKind.MalformedMessage, FaultKind.BadIdentitySignature)]
    [InlineData(nameof(DkgCheat.Round3BadSignature), nameof(DkgCheat.Round3BadProof), FaultKind.BadIdentitySignature, FaultKind.BadShareProof)]
    [InlineData(nameof(DkgCheat.Round3BadProof), nameof(DkgCheat.Round3TooLong), FaultKind.BadShareProof, FaultKind.MalformedMessage)]
    public void Two_cheaters_are_both_named_by_the_third(string first, string second, FaultKind one, FaultKind two)
    {
        var input = _committee.Input(threshold: 2, count: 1);
        var cheats = new[] { (Other, first), (Cheater, second) }.ToDictionary(
            pair => pair.Item1, pair => new CheatingDkgPeer(_committee, input, pair.Item1, Victim, Enum.Parse<DkgCheat>(pair.Item2)));
        using var run = new DkgRun(_committee, input, network: message => cheats.TryGetValue(message.From, out var cheat) ? cheat.Network(message) : [message]);
        Assert.Equal([(Other, one), (Cheater, two)], run.Faults[Victim].Accusations.Select(accusation => (accusation.Culprit, accusation.Kind)));
        Assert.Equal(one, run.Faults[Victim].Kind);
        Assert.Equal([Other, Cheater], run.Faults[Victim].Culprits);
        Assert.Empty(run.Faults[Victim].Differing);
    }

    /// <summary>Another context blames nobody, and who cheats in the same round is told all the same.</summary>
    [Fact]
    public void A_foreign_context_is_told_with_the_one_who_cheats_besides()
    {
        var input = _committee.Input(threshold: 2, count: 1);
        CheatingDkgPeer differs = new(_committee, input, Other, Victim, DkgCheat.Round1OtherContext), cheats = new(_committee, input, Cheater, Victim, DkgCheat.Round1TooShort);
        using var run = new DkgRun(_committee, input, network: message => message.From == Other ? differs.Network(message) : message.From == Cheater ? cheats.Network(message) : [message]);
        var fault = run.Faults[Victim];
        Assert.Equal(FaultKind.ContextMismatch, fault.Kind);
        Assert.Equal([Other], fault.Differing);
        Assert.Equal([Cheater], fault.Culprits);
        Assert.Empty(fault.Statements);
    }
}
