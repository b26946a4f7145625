using MpcSigner.Cli.Documents;
using MpcSigner.Client;
using MpcSigner.Core.Rosters;
using MpcSigner.Protocols.Evidence;

namespace MpcSigner.Cli.Administration;

/// <summary>The rosters by which evidence is judged, and how far they are to be believed.</summary>
internal sealed class EvidenceRosters
{
    private EvidenceRosters(IReadOnlyList<Roster> chain, bool areVerified)
    {
        Identities = new(chain);
        Hash = chain[^1].Hash.ToString();
        AreVerified = areVerified;
    }

    public RosterIdentities Identities { get; }

    /// <summary>Of the newest.</summary>
    public string Hash { get; }

    /// <summary>Every version's signatures hold, from the administrator's key on.</summary>
    public bool AreVerified { get; }

    public string Sentence => AreVerified
        ? $"judged by  roster versions 1 to {Identities.Version}, each signed as the one before asks, from administrator.pub on; the newest is {Hash}"
        : $"judged by  roster version {Identities.Version}, {Hash}, as it was given: compare this hash with what the cluster's administrators say";

    /// <param name="path">A folder with the chain, or a file with one roster.</param>
    public static EvidenceRosters Load(string path)
    {
        if (Directory.Exists(path))
            return new([.. RosterHistory.Load(path).Versions.Select(version => RosterOptions.Read(version.Roster, $"roster version {version.Version}"))], true);
        return new([RosterOptions.Read(DocumentSigning.ReadDocument(path), path)], false);
    }
}
