using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Kernel.Tests.Protocols.Cheating;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Resharing;

/// <summary>Every cheat of <see cref="MaintenanceTamperingTests"/> in turn over one batch of keys: none of them leaves anything behind that the next is judged by.</summary>
public sealed class MaintenanceCheatsInTurnTests
{
    [Theory]
    [InlineData(ProtocolKind.Refresh, 35)]
    [InlineData(ProtocolKind.Reshare, 39)]
    [InlineData(ProtocolKind.Recovery, 36)]
    public void Each_is_found_by_whom_it_hits_and_proven_where_it_can_be(ProtocolKind protocol, int count)
    {
        using var scenario = new MaintenanceScenario(protocol);
        using var older = KeyBatch.Generate(Suite.FrostEd25519, scenario.Keys.Threshold, [.. scenario.Keys.Pids.Select(pid => (int)pid.Value)], 1, "older");
        var tried = 0;
        foreach (var (_, _, cheat, kind, finders, provable) in MaintenanceTamperingTests.Rows().Select(row => row.Data).Where(row => row.Item1 == protocol && row.Item2 == Suite.FrostEd25519))
        {
            var named = Enum.Parse<MaintenanceCheat>(cheat);
            using var cheater = new CheatingMember(scenario.World, scenario.Keys, scenario.Input, MaintenanceScenario.Cheater, MaintenanceScenario.Victim, named) { OtherRecord = older.Records[0] };
            using var run = scenario.Run(order: cheat, network: cheater.Network, rushing: named == MaintenanceCheat.Round2CopyOfAnotherDealer ? cheater.Cheater : null);
            PartyId[] expected = finders switch
            {
                MaintenanceTamperingTests.Finders.OnlyVictim => [cheater.Victim],
                MaintenanceTamperingTests.Finders.OnlyRecovered => [scenario.Terms.NewParties[0].Pid],
                _ => [.. scenario.Members.Where(pid => pid != cheater.Cheater)],
            };
            Assert.Equal(expected, run.Faults.Keys.Order().Where(pid => pid != cheater.Cheater));
            foreach (var pid in expected)
            {
                var fault = run.Faults[pid];
                Assert.True((kind, kind.Blames() ? 1 : 0) == (fault.Kind, fault.Culprits.Count), $"{cheat}: {fault}");
                Assert.All(fault.Accusations, accusation => Assert.Equal(cheater.Cheater, accusation.Culprit));
                Assert.True(provable == (fault.Accusations.Count > 0 && fault.Accusations.All(scenario.Court.Convicts)), $"{cheat}: {fault}");
                Assert.Equal(kind.Blames(), fault.Differing.Count == 0);
                foreach (var accusation in fault.Accusations.Where(_ => provable))
                    CheckEvidence(scenario.Court, accusation, [.. fault.Accusations.Where(other => other.Kind == accusation.Kind).Select(other => other.Key)]);
            }
            tried++;
        }
        Assert.Equal(count, tried);
        using var honest = scenario.Run();
        Assert.Empty(honest.Faults);
        Assert.Equal(scenario.Members, honest.Results.Keys.Order());
    }

    /// <summary>Evidence of another shape, of another kind or of another key proves nothing.</summary>
    private static void CheckEvidence(MaintenanceEvidence court, Accusation accusation, HashSet<int?> accused)
    {
        var evidence = accusation.Evidence;
        IReadOnlyList<ISignedEvidence>[] shapes = [[], [.. evidence.Skip(1)], [.. evidence, evidence[^1]], [evidence[0], .. evidence], [.. evidence.Reverse()]];
        foreach (var shape in shapes.Where(shape => !shape.SequenceEqual(evidence)))
            Assert.False(court.Convicts(accusation with { Evidence = shape }), $"{accusation.Kind} by {shape.Count} statements");
        foreach (var key in (int?[])[null, -1, 0, 1, 2, int.MaxValue])
            Assert.Equal(accused.Contains(key) || (accusation.Key is null && key is null or 0 or 1), court.Convicts(accusation with { Key = key }));
        foreach (var kind in Enum.GetValues<FaultKind>().Where(kind => kind != accusation.Kind))
            Assert.False(court.Convicts(accusation with { Kind = kind }), $"{accusation.Kind} as {kind}");
    }

    /// <summary>Who deals, who receives and who confirms: a party that is given up or is over awaits nobody.</summary>
    [Theory]
    [InlineData(ProtocolKind.Refresh)]
    [InlineData(ProtocolKind.Reshare)]
    [InlineData(ProtocolKind.Recovery)]
    public void What_is_awaited_of_whom_is_told(ProtocolKind protocol)
    {
        using var scenario = new MaintenanceScenario(protocol);
        using var silent = scenario.Run(network: _ => []);
        foreach (var (pid, party) in silent.Parties)
        {
            Assert.Equal(1, party.Round);
            Assert.Equal(scenario.Terms.Dealers.Select(dealer => dealer.Pid).Where(dealer => dealer != pid), party.Missing);
            party.Dispose();
            Assert.Equal((0, 0), (party.Round, party.Missing.Count));
        }
        using var run = scenario.Run();
        var leaving = scenario.Members.Where(pid => !scenario.Terms.IsNewParty(pid));
        Assert.Equal(leaving, run.Results.Where(pair => pair.Value.Shares is null).Select(pair => pair.Key).Order());
        foreach (var result in run.Results.Values)
        {
            if (protocol == ProtocolKind.Recovery)
            {
                Assert.Throws<InvalidOperationException>(() => result.AckTerms);
                Assert.Equal(scenario.Keys.Records.Select(KeyRecordHash.Compute), result.RecordHashes);
            }
            else
            {
                Assert.Equal(scenario.Terms.Members, result.AckTerms.Parties);
                Assert.Equal((scenario.Terms.OldRoot, scenario.Terms.Order), (result.AckTerms.OldRoot, result.AckTerms.Order));
                Assert.All(result.Records, record => Assert.Equal(1u, record.Generation));
            }
        }
    }
}
