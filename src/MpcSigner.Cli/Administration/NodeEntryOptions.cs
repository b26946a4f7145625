using System.CommandLine;
using MpcSigner.Cli.Clusters;
using MpcSigner.Client;

namespace MpcSigner.Cli.Administration;

/// <summary>What the roster is to say of a new node: as the node's own <c>init</c> printed it, or from the cluster's folder.</summary>
internal sealed class NodeEntryOptions
{
    private readonly Option<string?> _nid = new("--nid") { HelpName = "HEX", Description = "As mpcsigner-node init printed it, where the node is not in the cluster's folder" };
    private readonly Option<string?> _identity = new("--identity-key") { HelpName = "HEX", Description = "As mpcsigner-node init printed it" };
    private readonly Option<string?> _pin = new("--tls-pin") { HelpName = "HEX", Description = "As mpcsigner-node init printed it" };
    private readonly Option<string?> _address = new("--address") { HelpName = "HOST:PORT", Description = "Where peers and clients reach it" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_nid, _identity, _pin, _address])
            command.Options.Add(option);
    }

    public RosterEdit Read(ParseResult parsed, ClusterFolder? folder, string name)
    {
        var given = ((Option<string?>[])[_nid, _identity, _pin, _address]).Select(parsed.GetValue).ToList();
        if (given.All(g => g is null) && folder is not null)
        {
            var entry = NodeEntry.TryRead(folder.NodeAt(name))
                ?? throw CliException.Usage($"The cluster's folder holds no node {name} to add.", $"Make its files first: mpcsigner cluster add-node {name}");
            return RosterEdit.AddNode(name, entry.Nid.ToString(), Convert.ToHexStringLower(entry.IdentityKey.Span), entry.TlsPins[0].ToString(), entry.Address);
        }
        return given.All(g => g is not null)
            ? RosterEdit.AddNode(name, given[0]!, given[1]!, given[2]!, given[3]!)
            : throw CliException.Usage("A new node needs --nid, --identity-key, --tls-pin and --address.", "Copy them from the JSON line that mpcsigner-node init printed.");
    }
}
