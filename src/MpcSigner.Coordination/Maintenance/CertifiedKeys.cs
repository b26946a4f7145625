using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>Rows from records that a peer shows with their certificates: each is checked under the identities of our own roster before it becomes a row.</summary>
internal static class CertifiedKeys
{
    /// <summary>The ACTIVE row of a record that this node has verified by itself, with the certificate that a peer showed for it.</summary>
    public static bool TryMakeRow(
        KeyRecord record, Digest32 hash, CertifiedKey shown, ProvenOrigin origin, IReadOnlyDictionary<NodeId, Ed25519PublicKey> identities, InstanceId instance,
        DateTimeOffset now, [NotNullWhen(true)] out KeyRow? row)
    {
        row = null;
        if (!CommitCertificate.TryDecode(shown.Certificate.Span, out var certificate)
            || !certificate.Verify(record, nid => identities.GetValueOrDefault(nid), shown.Dealers).IsValid)
            return false;
        row = new(record, hash, certificate.OrderHash, certificate.Index, origin.Owner, origin.Label, origin.Usage, KeyState.Active, shown.Attempt, instance,
            shown.Certificate, now)
        {
            Dealers = shown.Dealers,
        };
        return true;
    }
}
