using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Kernel.Tests.Protocols.Resharing;

/// <summary>A batch of two keys and an order for it: refresh 2-of-3, reshare 2-of-3 → 3-of-5, or recovery by three of five.</summary>
internal sealed class MaintenanceScenario : IDisposable
{
    private static readonly int[] NewPids = [7, 300, 301, 9000, 65535];

    public MaintenanceScenario(ProtocolKind protocol, Suite suite = Suite.FrostEd25519, int count = 2, Digest32? order = null)
    {
        var seed = $"scenario {protocol} {suite}";
        var (t, pids) = protocol == ProtocolKind.Recovery ? (3, Committee.PidsOf(5)) : (2, Committee.PidsOf(3));
        World = new(seed, [.. pids.Union(protocol == ProtocolKind.Reshare ? NewPids : []).Order()]);
        Keys = KeyBatch.Generate(suite, t, pids, count, seed);
        Protocol = protocol;
        Terms = order is { } hash ? KeyBatch.TermsOf(ActionOn(Keys), hash) : KeyBatch.TermsOf(ActionOn(Keys));
        Input = MaintenanceRun.InputOf(Terms, World);
    }

    public ProtocolKind Protocol { get; }

    /// <summary>Another order: the same for other keys.</summary>
    public MaintenanceTerms OtherTerms(KeyBatch keys) => KeyBatch.TermsOf(ActionOn(keys), order: 8);

    /// <summary>Another order: four new parties in place of five, or another recovered party.</summary>
    public MaintenanceTerms TermsWithOtherParties() => KeyBatch.TermsOf(
        Protocol == ProtocolKind.Reshare ? Keys.Reshare(World, [Cheater, Victim], 3, [.. NewPids[..3], Victim.Value]) : Keys.Recover([new(1), Cheater, Victim], Keys.Pids[3]), order: 8);

    private MaintenanceAction ActionOn(KeyBatch keys) => Protocol switch
    {
        ProtocolKind.Refresh => keys.Refresh(),
        ProtocolKind.Reshare => keys.Reshare(World, [Cheater, Victim], 3, NewPids),
        _ => keys.Recover([new(1), Cheater, Victim], keys.Pids[2]),
    };

    /// <summary>A dealer, and a new party where there are any.</summary>
    public static PartyId Cheater { get; } = new(7);

    /// <summary>Another dealer that is dealt shares.</summary>
    public static PartyId Victim { get; } = new(65535);

    public Committee World { get; }

    public KeyBatch Keys { get; }

    public MaintenanceTerms Terms { get; }

    public MaintenanceInput Input { get; }

    public PartyId[] Members => [.. Terms.Members.Select(member => member.Pid)];

    public MaintenanceEvidence Court => new(Input, Keys.Records, World.Identities);

    public MaintenanceRun Run(
        string order = "order", Func<Travelling, IEnumerable<Travelling>>? network = null, PartyId? rushing = null,
        Func<PartyId, MaintenanceInput>? inputOf = null, Func<PartyId, KeyBatch>? keysOf = null) =>
        new(World, Keys, Terms, order, network, inputOf, rushing, keysOf);

    public void Dispose()
    {
        Keys.Dispose();
        World.Dispose();
    }
}
