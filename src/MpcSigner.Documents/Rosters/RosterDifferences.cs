using System.Globalization;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Yaml;

namespace MpcSigner.Documents.Rosters;

/// <summary>What kind of change a line of a difference is.</summary>
public enum RosterChange
{
    Added = 1,
    Removed,
    Changed,
}

/// <param name="Subject">"node", "client", "administrator", "schedule" or "roster".</param>
/// <param name="Name">Of the member; empty for the roster itself.</param>
/// <param name="Detail">In words, without a full stop.</param>
public sealed record RosterDifference(RosterChange Change, string Subject, string Name, string Detail)
{
    public override string ToString() => string.Join(' ', new[] { Change.ToString().ToLowerInvariant(), Subject, Name }.Where(word => word.Length > 0)) + ": " + Detail;
}

/// <summary>What changes from one roster to another, in words: what administrators read before they sign.</summary>
/// <remarks>Members are known by what never changes: nid, client id, an administrator's key, a schedule's name.</remarks>
public static class RosterDifferences
{
    public static IReadOnlyList<RosterDifference> Between(Roster before, Roster after)
    {
        var list = new List<RosterDifference>();
        Compare(list, "roster", "", [
            ("name", before.Name, after.Name),
            ("administrators that must sign", Number(before.Quorum), Number(after.Quorum)),
            ("delay of destructions", Durations.Write(before.DestructionDelay), Durations.Write(after.DestructionDelay)),
        ]);
        Members(list, "node", before.Nodes, after.Nodes, node => node.Nid, node => node.Name,
            node => $"{node.Address}, nid {node.Nid}, identity key {Hex(node.IdentityKey)}, TLS {Join(node.TlsPins)}",
            (old, now) => [
                ("name", old.Name, now.Name), ("identity key", Hex(old.IdentityKey), Hex(now.IdentityKey)), ("address", old.Address, now.Address),
                ("TLS keys", Join(old.TlsPins), Join(now.TlsPins)), ("former identity keys", Join(old.FormerIdentityKeys), Join(now.FormerIdentityKeys))]);
        Members(list, "former node", before.FormerNodes, after.FormerNodes, node => node.Nid, node => node.Name,
            node => $"nid {node.Nid}, identity keys {Join(node.IdentityKeys)}",
            (old, now) => [("name", old.Name, now.Name), ("identity keys", Join(old.IdentityKeys), Join(now.IdentityKeys))]);
        Members(list, "client", before.Clients, after.Clients, client => client.Id, client => client.Name,
            client => $"{May(client)}, id {client.Id}, signing key {Hex(client.SigningKey)}, TLS {Join(client.TlsPins)}",
            (old, now) => [
                ("name", old.Name, now.Name), ("signing key", Hex(old.SigningKey), Hex(now.SigningKey)), ("TLS keys", Join(old.TlsPins), Join(now.TlsPins)), ("right", May(old), May(now))]);
        Members(list, "administrator", before.Administrators, after.Administrators, administrator => administrator.Id, administrator => administrator.Name,
            administrator => $"signing key {Hex(administrator.SigningKey)}, TLS {Join(administrator.TlsPins)}",
            (old, now) => [("name", old.Name, now.Name), ("TLS keys", Join(old.TlsPins), Join(now.TlsPins))]);
        Members(list, "schedule", before.Schedules, after.Schedules, schedule => schedule.Name, schedule => schedule.Name, Describe,
            (old, now) => [("terms", Describe(old), Describe(now))]);
        return list;
    }

    /// <summary>A schedule as a sentence says it.</summary>
    public static string Describe(RosterSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var what = schedule.Keys.Count == 1 ? $"key {schedule.Keys[0]}"
            : schedule.Keys.Count > 1 ? $"{Number(schedule.Keys.Count)} keys ({string.Join(", ", schedule.Keys)})"
            : schedule.Label.Length > 0 ? $"keys of label {schedule.Label}"
            : "all keys";
        return $"refresh {what} every {Durations.Write(schedule.Every)} from {Times.Write(schedule.From)} on, each within {Durations.Write(schedule.Jitter)}";
    }

    private static void Members<TMember, TId>(
        List<RosterDifference> list, string subject, IReadOnlyList<TMember> before, IReadOnlyList<TMember> after, Func<TMember, TId> id, Func<TMember, string> name,
        Func<TMember, string> describe, Func<TMember, TMember, (string Field, string Old, string New)[]> fields) where TId : notnull
    {
        var old = before.ToDictionary(id);
        var now = after.ToDictionary(id);
        foreach (var member in before.Where(member => !now.ContainsKey(id(member))))
            list.Add(new(RosterChange.Removed, subject, name(member), describe(member)));
        foreach (var member in after)
        {
            if (old.TryGetValue(id(member), out var known))
                Compare(list, subject, name(known), fields(known, member));
            else
                list.Add(new(RosterChange.Added, subject, name(member), describe(member)));
        }
    }

    private static void Compare(List<RosterDifference> list, string subject, string name, (string Field, string Old, string New)[] fields)
    {
        foreach (var (field, old, now) in fields)
        {
            if (!string.Equals(old, now, StringComparison.Ordinal))
                list.Add(new(RosterChange.Changed, subject, name, $"{field} from {old} to {now}"));
        }
    }

    private static string May(RosterClient client) => client.MayCreateKeys ? "may create keys" : "may not create keys";

    private static string Join(IReadOnlyList<Digest32> pins) => pins.Count == 0 ? "none" : string.Join(", ", pins);

    private static string Join(IReadOnlyList<ReadOnlyMemory<byte>> keys) => keys.Count == 0 ? "none" : string.Join(", ", keys.Select(Hex));

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
