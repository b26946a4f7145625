using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Kernel.Tests.Protocols.Cheating;
using MpcSigner.Kernel.Tests.Protocols.Resharing;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Evidence;

/// <summary>A session in which somebody cheats, the cluster's roster, and the evidence files as the honest parties' nodes would keep them.</summary>
internal sealed class EvidenceScene : IDisposable
{
    private static readonly Digest32 RosterHash = new(SHA256.HashData("roster of the scene"u8));
    private static readonly byte[] Body = "an order, word for word"u8.ToArray();
    private static readonly ClientId Client = new(SHA256.HashData("a client"u8));
    private static readonly AdministratorId[] Administrators = [.. new[] { "alice", "bob" }.Select(name => new AdministratorId(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(name)))).Order()];
    public static readonly DateTimeOffset FoundAt = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_123);

    private readonly List<IDisposable> _owned = [];

    private EvidenceScene(Committee committee, EvidenceSubject subject)
    {
        (Committee, Subject) = (committee, subject);
        Roster = RosterOf(committee);
        Court = new(new([Roster]));
    }

    public static PartyId Cheater { get; } = new(7);

    public static PartyId Victim { get; } = new(65535);

    public Committee Committee { get; }

    public EvidenceSubject Subject { get; }

    public Roster Roster { get; }

    public EvidenceCourt Court { get; }

    public IReadOnlyDictionary<PartyId, ProtocolFault> Faults { get; private init; } = new Dictionary<PartyId, ProtocolFault>();

    /// <summary>What was sent, as the network delivered it.</summary>
    public IReadOnlyList<Travelling> Delivered { get; private init; } = [];

    /// <summary>One file for each accusation of an honest party, and who accuses.</summary>
    public IEnumerable<EvidenceFile> Files => from fault in Faults where fault.Key != Cheater from accusation in fault.Value.Accusations select FileOf(fault.Key, accusation);

    public EvidenceFile FileOf(PartyId finder, Accusation accusation) => new(
        Roster.Cluster, Roster.Version, Roster.Hash, Committee.Nid(finder), FoundAt, accusation.Kind, accusation.Culprit, accusation.Key, Subject, accusation.Evidence);

    /// <summary>What a party received before an echo mismatch.</summary>
    public EvidenceFile ViewOf(PartyId finder) => new(
        Roster.Cluster, Roster.Version, Roster.Hash, Committee.Nid(finder), FoundAt, Faults[finder].Kind, null, null, Subject, Faults[finder].Statements);

    public static Roster RosterOf(Committee committee) => new(
        RosterHash, 1, "scene",
        [.. committee.Parties.OrderBy(party => party.Nid).Select(party => new RosterNode(party.Nid, $"node-{party.Pid}", committee.Identities[party.Nid].Bytes.ToArray(), [default], $"{party.Pid}:1"))],
        [], []);

    /// <param name="withholds">What the cheater says to nobody; null: nothing.</param>
    /// <param name="arrival">Messages arrive in another order for each.</param>
    public static EvidenceScene KeyGeneration(DkgCheat? cheat, byte session = 1, int parties = 4, Func<Travelling, bool>? withholds = null, int arrival = 0)
    {
        var committee = Committee.OfSize(parties);
        var order = new SignedRequest(Body, Client, new byte[64]);
        var sid = new byte[32];
        sid[31] = session;
        Assert.True(DkgInput.TryCreate(
            Suite.FrostEd25519, OrderHash.Compute(OrderKind.Creation, new(SHA256.HashData(Body)), Client.Value), 2, 3, committee.Parties, committee.Parties[0].Nid, new(sid), out var input, out _));
        var cheater = cheat is { } named ? new CheatingDkgPeer(committee, input, Cheater, Victim, named) : null;
        List<Travelling> delivered = [];
        PartyId? rushing = cheat is DkgCheat.Round2CopyOfAnotherParty or DkgCheat.Round3ProofForOtherParty ? Cheater : null;
        using var run = new DkgRun(committee, input, order: $"{cheat}{arrival}", network: message => Note(delivered, Said(message, withholds, cheater is null ? null : cheater.Network)), rushing: rushing);
        var scene = new EvidenceScene(committee, new EvidenceSubject.KeyGeneration(order, input)) { Faults = run.Faults, Delivered = delivered };
        scene._owned.Add(committee);
        return scene;
    }

    public static EvidenceScene Maintenance(
        ProtocolKind protocol, MaintenanceCheat? cheat, Suite suite = Suite.FrostEd25519, bool scheduled = false, Func<Travelling, bool>? withholds = null, int arrival = 0)
    {
        var order = new SignedOrder(Body, scheduled ? [] : [.. Administrators.Select(id => new OrderSignature(id, new byte[64]))]);
        var signers = scheduled ? RosterHash.Value : OrderHash.SignersId([.. Administrators.Select(id => id.Value)]);
        var hash = OrderHash.Compute((OrderKind)(byte)protocol, new(SHA256.HashData(Body)), signers);
        var scenario = new MaintenanceScenario(protocol, suite, order: hash);
        using var older = KeyBatch.Generate(suite, scenario.Keys.Threshold, [.. scenario.Keys.Pids.Select(pid => (int)pid.Value)], 1, "older");
        using var cheater = cheat is { } named ? new CheatingMember(scenario.World, scenario.Keys, scenario.Input, Cheater, Victim, named) { OtherRecord = older.Records[0] } : null;
        List<Travelling> delivered = [];
        using var run = scenario.Run(
            order: $"{cheat}{arrival}", network: message => Note(delivered, Said(message, withholds, cheater is null ? null : cheater.Network)),
            rushing: cheat == MaintenanceCheat.Round2CopyOfAnotherDealer ? Cheater : null);
        // Whoever learned the records in round 1 has them for its evidence.
        Assert.All(run.Faults.Where(fault => fault.Value.Accusations.Any(accusation => accusation.Evidence.Count > 0)),
            fault => Assert.Equal(scenario.Keys.Records.Select(KeyRecordHash.Compute), run.Parties[fault.Key].Session.Records!.Select(KeyRecordHash.Compute)));
        var scene = new EvidenceScene(scenario.World, new EvidenceSubject.Maintenance(order, scenario.Input, scenario.Keys.Records)) { Faults = run.Faults, Delivered = delivered };
        scene._owned.Add(scenario);
        return scene;
    }

    private static IEnumerable<Travelling> Said(Travelling message, Func<Travelling, bool>? withholds, Func<Travelling, IEnumerable<Travelling>>? cheat) =>
        message.From == Cheater && withholds?.Invoke(message) == true ? [] : cheat?.Invoke(message) ?? [message];

    private static IEnumerable<Travelling> Note(List<Travelling> delivered, IEnumerable<Travelling> messages)
    {
        List<Travelling> listed = [.. messages];
        delivered.AddRange(listed);
        return listed;
    }

    public void Dispose()
    {
        foreach (var owned in _owned)
            owned.Dispose();
    }
}
