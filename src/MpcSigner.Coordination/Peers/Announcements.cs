using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Cryptography.Statements;

namespace MpcSigner.Coordination.Peers;

/// <summary>What nodes sign of themselves: made and verified (wire document: announcement).</summary>
internal sealed class Announcements(MachineContext context)
{
    /// <summary>The wire versions this build speaks.</summary>
    public const ushort MinVersion = 1;
    public const ushort MaxVersion = 1;

    public Announcement Own()
    {
        var setup = context.Setup;
        var clock = DateTimeOffset.FromUnixTimeMilliseconds(context.Now.Wall.ToUnixTimeMilliseconds());
        var announcement = new Announcement(
            setup.Nid, setup.Instance, setup.Stored.StartCounter, setup.TlsKey, MinVersion, MaxVersion, clock, setup.Roster.Hash, setup.Policy.Hash, default);
        return announcement with { Signature = setup.Identity.Sign(Digest(announcement)) };
    }

    /// <summary>Null when the announcement is the peer's own word about this very connection.</summary>
    public ServiceError? Verify(Announcement announcement, NodeId peer, Digest32 tlsKey)
    {
        if (announcement.Nid != peer || !context.Identities.TryGetValue(peer, out var identity))
            return Refusals.Malformed($"The announcement names node {announcement.Nid}; the connection is to {context.NameOf(peer)}.");
        if (announcement.Signature.Length != Ed25519Signature.Size || !identity.Verify(Digest(announcement), announcement.Signature.Span))
            return Refusals.Malformed($"The announcement is not signed by node {context.NameOf(peer)}.");
        return announcement.TlsKey != tlsKey
            ? Refusals.Malformed($"Node {context.NameOf(peer)} announces another TLS key than the connection shows.")
            : null;
    }

    private Digest32 Digest(Announcement a) => AnnouncementStatement.Compute(
        context.Roster.Cluster, a.Nid, a.Instance, a.StartCounter, a.TlsKey, a.MinVersion, a.MaxVersion,
        (ulong)Math.Max(0, a.Clock.ToUnixTimeMilliseconds()), a.Roster, a.Policy);
}
