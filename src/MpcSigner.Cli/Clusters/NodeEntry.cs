using System.Text.Json;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Cli.Clusters;

/// <summary>What the roster is to say of a node that was made in the cluster's folder: kept beside its files, so that adding it can go on after an interruption.</summary>
internal static class NodeEntry
{
    private sealed record Entry(string Name, string Nid, string IdentityKey, string TlsPin, string Address);

    public static void Write(NodeFolder folder, RosterNode node) => File.WriteAllText(folder.Entry, JsonSerializer.Serialize(
        new Entry(node.Name, node.Nid.ToString(), Convert.ToHexStringLower(node.IdentityKey.Span), node.TlsPins[0].ToString(), node.Address)));

    /// <summary>Null if there is none.</summary>
    public static RosterNode? TryRead(NodeFolder folder)
    {
        if (!File.Exists(folder.Entry))
            return null;
        try
        {
            return JsonSerializer.Deserialize<Entry>(File.ReadAllText(folder.Entry)) is { } entry && NodeId.TryParse(entry.Nid, out var nid)
                && Bytes32.TryParse(entry.IdentityKey, out var identity) && Digest32.TryParse(entry.TlsPin, out var pin)
                ? new(nid, entry.Name, identity.ToArray(), [pin], entry.Address)
                : throw Broken(folder, null);
        }
        catch (JsonException e)
        {
            throw Broken(folder, e);
        }
    }

    private static CliException Broken(NodeFolder folder, Exception? inner) =>
        CliException.Usage($"{folder.Entry} is not what mpcsigner wrote.", "Restore it, or remove the node's folder and add the node anew.", inner);
}
