using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>Rows from records that a peer shows with their certificates: each is checked under the identities of our own roster before it becomes a row.</summary>
internal static class CertifiedKeys
{
    /// <summary>The ACTIVE row of a record that this node has verified by itself, with the certificate that a peer showed for it.</summary>
    public static bool TryMakeRow(
        KeyRecord record, Digest32 hash, CertifiedKey shown, ProvenAnchor anchor, Membership members, InstanceId instance,
        DateTimeOffset now, [NotNullWhen(true)] out KeyRow? row)
    {
        row = null;
        if (!CommitCertificate.TryDecode(shown.Certificate.Span, out var certificate)
            || !Holds(certificate, record, members, shown.Dealers))
            return false;
        row = new(record, hash, certificate.OrderHash, certificate.Index, anchor.Owner, anchor.Label, anchor.Usage, KeyState.Active, shown.Attempt, instance,
            shown.Certificate, now)
        {
            Dealers = shown.Dealers,
        };
        return true;
    }

    /// <summary>All ACKs hold, under identity keys that their nodes have or had.</summary>
    public static bool Holds(CommitCertificate certificate, KeyRecord record, Membership members, IReadOnlyList<(PartyId Pid, NodeId Nid)> dealers) =>
        certificate.Verify(record, (nid, statement, signature) => members.HasEverSigned(nid, statement, signature.Span), dealers).IsValid;
}
