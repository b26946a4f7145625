using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Statements;
using MpcSigner.Wire.Requests;

namespace MpcSigner.Simulation.Host;

/// <summary>The administrators of a cluster: three, two of whom sign.</summary>
public sealed class Administrators : IDisposable
{
    public const int Quorum = 2;

    private readonly IReadOnlyList<(RosterAdministrator Roster, IdentityKey Key)> _all;

    public Administrators(string seed)
    {
        var source = new SeededSource(seed + "/administrators");
        var keys = Enumerable.Range(0, 3).Select(_ => IdentityKey.Generate(source)).ToArray();
        _all = [.. keys.Select((key, i) => (new RosterAdministrator($"admin-{i}", key.PublicKey.Bytes.ToArray()), key)).OrderBy(one => one.Item1.Id)];
    }

    public IReadOnlyList<RosterAdministrator> Roster => [.. _all.Select(one => one.Roster)];

    /// <summary>Ascending by id, as the roster has them.</summary>
    public IdentityKey this[int index] => _all[index].Key;

    /// <summary>Signed by as many as the roster asks for.</summary>
    public SignedOrder Sign(RequestBody body, int signers = Quorum)
    {
        var bytes = new RequestBodyCodec().Encode(body);
        var statement = RequestStatements.ClientRequest(bytes);
        return new(bytes, [.. _all.Take(signers).Select(one => new OrderSignature(one.Roster.Id, one.Key.Sign(statement)))]);
    }

    public static MaintenanceAction.Refresh Refresh(IReadOnlyList<KeyRow> keys, uint attempt = 1) =>
        new(keys[0].Record.Suite, attempt, Ordered(keys), keys[0].Record.Threshold, Parties(keys));

    public static MaintenanceAction.Reshare Reshare(
        IReadOnlyList<KeyRow> keys, IReadOnlyList<PartyId> dealers, int newThreshold, IReadOnlyList<(PartyId, NodeId)> newParties, uint attempt = 1) =>
        new(keys[0].Record.Suite, attempt, Ordered(keys), keys[0].Record.Threshold, Parties(keys), dealers, newThreshold, newParties, newThreshold < keys[0].Record.Threshold);

    public static MaintenanceAction.Recover Recover(IReadOnlyList<KeyRow> keys, IReadOnlyList<PartyId> helpers, PartyId recovered, uint attempt = 1) =>
        new(keys[0].Record.Suite, attempt, Ordered(keys), keys[0].Record.Threshold, Parties(keys), helpers, recovered);

    private static IReadOnlyList<OrderedKey> Ordered(IReadOnlyList<KeyRow> keys) =>
        [.. keys.Select(key => new OrderedKey(key.Record.KeyId, key.Record.Generation, key.RecordHash)).OrderBy(key => key.Key.Value)];

    private static IReadOnlyList<(PartyId, NodeId)> Parties(IReadOnlyList<KeyRow> keys) => [.. keys[0].Record.Parties.Select(party => (party.Pid, party.Nid))];

    public void Dispose()
    {
        foreach (var (_, key) in _all)
            key.Dispose();
    }
}

/// <summary>An order that a node was told to run.</summary>
internal sealed class RunningOrder
{
    /// <summary>Null until it has ended.</summary>
    public MaintenanceOutcome? Outcome { get; private set; }

    /// <summary>What was refused before the machine was asked to run it.</summary>
    public Core.Faults.ServiceError? Refusal { get; init; }

    public void Ended(MaintenanceOutcome outcome)
    {
        if (Outcome is not null)
            throw new InvalidOperationException("an order ended twice");
        Outcome = outcome;
    }
}
