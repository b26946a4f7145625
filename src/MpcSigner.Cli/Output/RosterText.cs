using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Rosters;
using MpcSigner.Documents.Yaml;

namespace MpcSigner.Cli.Output;

/// <summary>Rosters as people and scripts see them.</summary>
internal static class RosterText
{
    public static object Describe(Roster roster) => new
    {
        roster.Version,
        Hash = roster.Hash.ToString(),
        Predecessor = roster.Version == RosterDocument.FirstVersion ? null : roster.Predecessor.ToString(),
        ClusterId = roster.Cluster.ToString(),
        roster.Name,
        roster.Quorum,
        DestructionDelay = Durations.Write(roster.DestructionDelay),
        Nodes = roster.Nodes.Select(n => new
        {
            n.Name, Id = n.Nid.ToString(), IdentityKey = Hex(n.IdentityKey), FormerIdentityKeys = n.FormerIdentityKeys.Select(Hex), TlsPins = n.TlsPins.Select(p => p.ToString()), n.Address,
        }),
        FormerNodes = roster.FormerNodes.Select(n => new { n.Name, Id = n.Nid.ToString(), IdentityKeys = n.IdentityKeys.Select(Hex) }),
        Clients = roster.Clients.Select(c => new { c.Name, Id = c.Id.ToString(), SigningKey = Hex(c.SigningKey), TlsPins = c.TlsPins.Select(p => p.ToString()), c.MayCreateKeys }),
        Administrators = roster.Administrators.Select(a => new { a.Name, Id = a.Id.ToString(), SigningKey = Hex(a.SigningKey), TlsPins = a.TlsPins.Select(p => p.ToString()) }),
        Schedules = roster.Schedules.Select(s => new { s.Name, Terms = RosterDifferences.Describe(s) }),
    };

    public static void Print(TextWriter text, Roster roster)
    {
        text.WriteLine($"roster            {roster.Name}, version {roster.Version}");
        text.WriteLine($"hash              {roster.Hash}");
        text.WriteLine($"cluster           {roster.Cluster}");
        if (roster.Version != RosterDocument.FirstVersion)
            text.WriteLine($"follows           {roster.Predecessor}");
        text.WriteLine($"must sign         {roster.Quorum} of {roster.Administrators.Count} administrators");
        text.WriteLine($"destructions      after {Durations.Write(roster.DestructionDelay)} at the earliest");
        Report.WriteTable(text, ["node", "address", "id", "identity key"], roster.Nodes.Select(n => (IReadOnlyList<string>)[n.Name, n.Address, n.Nid.ToString(), Hex(n.IdentityKey) + Replaced(n)]));
        if (roster.FormerNodes.Count > 0)
            Report.WriteTable(text, ["former node", "id"], roster.FormerNodes.Select(n => (IReadOnlyList<string>)[n.Name, n.Nid.ToString()]));
        if (roster.Clients.Count > 0)
            Report.WriteTable(text, ["client", "creates keys", "id"], roster.Clients.Select(c => (IReadOnlyList<string>)[c.Name, c.MayCreateKeys ? "yes" : "no", c.Id.ToString()]));
        Report.WriteTable(text, ["administrator", "calls nodes", "signing key"],
            roster.Administrators.Select(a => (IReadOnlyList<string>)[a.Name, a.TlsPins.Count > 0 ? "yes" : "no", Hex(a.SigningKey)]));
        foreach (var schedule in roster.Schedules)
            text.WriteLine($"schedule {schedule.Name}: {RosterDifferences.Describe(schedule)}");
    }

    public static object Describe(IReadOnlyList<RosterDifference> differences) => differences.Select(d => new { d.Change, d.Subject, Name = d.Name.Length == 0 ? null : d.Name, d.Detail });

    public static void Print(TextWriter text, IReadOnlyList<RosterDifference> differences)
    {
        if (differences.Count == 0)
            text.WriteLine("nothing changes but version and predecessor");
        foreach (var difference in differences)
            text.WriteLine(difference.ToString());
    }

    private static string Replaced(RosterNode node) => node.FormerIdentityKeys.Count == 0 ? "" : $" (and {node.FormerIdentityKeys.Count} before)";

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
