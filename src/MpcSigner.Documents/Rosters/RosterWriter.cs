using System.Globalization;
using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Yaml;

namespace MpcSigner.Documents.Rosters;

/// <summary>Writes a roster in its one canonical form: what has its default is left out, so that a first roster without the later fields is written as ever.</summary>
internal static class RosterWriter
{
    private static readonly TimeSpan DefaultDelay = TimeSpan.FromHours(24);

    public static byte[] Write(Roster roster)
    {
        var yaml = new YamlWriter();
        yaml.Plain("version", Number(roster.Version));
        if (roster.Version != RosterDocument.FirstVersion)
            yaml.Text("predecessor", roster.Predecessor.ToString()).Text("cluster", roster.NamedCluster.ToString());
        yaml.Text("name", roster.Name);
        if (roster.Quorum != 1)
            yaml.Plain("quorum", Number((uint)roster.Quorum));
        if (roster.DestructionDelay != DefaultDelay)
            yaml.Text("destruction_delay", Durations.Write(roster.DestructionDelay));
        yaml.Block("nodes", list =>
        {
            foreach (var node in roster.Nodes)
                list.Item(item => Write(item, node));
        });
        WriteFormer(yaml, roster.FormerNodes);
        WriteClients(yaml, roster.Clients);
        yaml.Block("administrators", list =>
        {
            foreach (var administrator in roster.Administrators)
                list.Item(item => Write(item, administrator));
        });
        WriteSchedules(yaml, roster.Schedules);
        return yaml.ToBytes();
    }

    private static void Write(YamlWriter item, RosterNode node)
    {
        item.Text("name", node.Name).Text("nid", node.Nid.ToString()).Text("identity_key", Hex(node.IdentityKey));
        if (node.FormerIdentityKeys.Count != 0)
            item.Texts("former_identity_keys", node.FormerIdentityKeys.Select(Hex));
        item.Texts("tls_pins", node.TlsPins.Select(p => p.ToString())).Text("address", node.Address);
    }

    private static void Write(YamlWriter item, RosterAdministrator administrator)
    {
        item.Text("name", administrator.Name).Text("signing_key", Hex(administrator.SigningKey));
        if (administrator.TlsPins.Count != 0)
            item.Texts("tls_pins", administrator.TlsPins.Select(p => p.ToString()));
    }

    private static void WriteFormer(YamlWriter yaml, IReadOnlyList<FormerNode> nodes)
    {
        if (nodes.Count == 0)
            return;
        yaml.Block("former_nodes", list =>
        {
            foreach (var node in nodes)
                list.Item(item => item.Text("name", node.Name).Text("nid", node.Nid.ToString()).Texts("identity_keys", node.IdentityKeys.Select(Hex)));
        });
    }

    private static void WriteClients(YamlWriter yaml, IReadOnlyList<RosterClient> clients)
    {
        if (clients.Count == 0)
        {
            yaml.Plain("clients", "[]");
            return;
        }
        yaml.Block("clients", list =>
        {
            foreach (var client in clients)
            {
                list.Item(item => item.Text("name", client.Name).Text("id", client.Id.ToString()).Text("signing_key", Hex(client.SigningKey))
                    .Texts("tls_pins", client.TlsPins.Select(p => p.ToString())).Plain("may_create_keys", client.MayCreateKeys ? "true" : "false"));
            }
        });
    }

    private static void WriteSchedules(YamlWriter yaml, IReadOnlyList<RosterSchedule> schedules)
    {
        if (schedules.Count == 0)
            return;
        yaml.Block("schedules", list =>
        {
            foreach (var schedule in schedules)
            {
                list.Item(item =>
                {
                    item.Text("name", schedule.Name);
                    if (schedule.Label.Length != 0)
                        item.Text("label", schedule.Label);
                    if (schedule.Keys.Count != 0)
                        item.Texts("keys", schedule.Keys.Select(key => key.ToString()));
                    item.Text("from", Times.Write(schedule.From)).Text("every", Durations.Write(schedule.Every));
                    if (schedule.Jitter != TimeSpan.Zero)
                        item.Text("jitter", Durations.Write(schedule.Jitter));
                });
            }
        });
    }

    private static string Number(uint value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
