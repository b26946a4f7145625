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

    public Announcement Own() => OwnOf(context.Roster.Hash);

    /// <param name="roster">What is durable here, or becomes so before this is shown to anybody.</param>
    public Announcement OwnOf(Digest32 roster)
    {
        var setup = context.Setup;
        var clock = DateTimeOffset.FromUnixTimeMilliseconds(context.Now.Wall.ToUnixTimeMilliseconds());
        var announcement = new Announcement(
            setup.Nid, setup.Instance, setup.Stored.StartCounter, context.TlsKey, MinVersion, MaxVersion, clock, roster, setup.Policy.Hash, default);
        return announcement with { Signature = context.Identity.Sign(Digest(announcement)) };
    }

    /// <summary>Null when the announcement is the peer's own word about this very connection.</summary>
    public ServiceError? Verify(Announcement announcement, NodeId peer, Digest32 tlsKey)
    {
        if (announcement.Nid != peer || !context.Identities.TryGetValue(peer, out var identity) || context.Roster.Find(peer) is not { } node)
            return Refusals.Malformed($"The announcement names node {announcement.Nid}; the connection is to {context.NameOf(peer)}.");
        if (announcement.Signature.Length != Ed25519Signature.Size || !identity.Verify(Digest(announcement), announcement.Signature.Span))
        {
            // Under another roster the node may have another key: no lie, and nothing to go by before the rosters agree.
            return announcement.Roster != context.Roster.Hash
                ? Refusals.RosterMismatch(context.Roster.Hash, announcement.Roster)
                : Refusals.Malformed($"The announcement is not signed by node {context.NameOf(peer)}.");
        }
        // While one TLS key replaces the other, connections that were made with the former live on: both are pinned then.
        return announcement.TlsKey != tlsKey && !(node.TlsPins.Contains(announcement.TlsKey) && node.TlsPins.Contains(tlsKey))
            ? Refusals.Malformed($"Node {context.NameOf(peer)} announces another TLS key than the connection shows.")
            : null;
    }

    public static ulong ClockOf(Announcement a) => (ulong)Math.Max(0, a.Clock.ToUnixTimeMilliseconds());

    private Digest32 Digest(Announcement a) => AnnouncementStatement.Compute(
        context.Roster.Cluster, a.Nid, a.Instance, a.StartCounter, a.TlsKey, a.MinVersion, a.MaxVersion,
        ClockOf(a), a.Roster, a.Policy);
}
