using MpcSigner.Core.Ports;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Coordination.Rosters;

/// <summary>Which roster a process begins with: the newest that the node has accepted, or the one in its files while it has accepted none.</summary>
public static class RosterAtStart
{
    /// <param name="files">From the node's files, verified by the host.</param>
    /// <param name="accepted">The newest of the store; null while only the files' was ever in force here.</param>
    /// <exception cref="ArgumentException">The two are of different clusters, or two rosters of one version.</exception>
    public static Roster Of(Roster files, RosterRow? accepted, IRosterReader reader)
    {
        if (accepted is null)
            return files;
        var stored = reader.ReadAccepted(accepted.Bytes);
        if (stored.Cluster != files.Cluster)
            throw new ArgumentException($"the store's roster is of cluster {stored.Cluster}, the files' of {files.Cluster}", nameof(files));
        if (stored.Version == files.Version && stored.Hash != files.Hash)
            throw new ArgumentException($"version {files.Version} in the files is {files.Hash}, but this node has accepted {stored.Hash}: the roster has forked", nameof(files));
        // Also when the files are ahead: what was accepted goes on from version to version, and peers have those between.
        return stored;
    }
}
