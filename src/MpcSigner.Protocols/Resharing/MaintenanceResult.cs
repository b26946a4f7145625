using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Resharing;

/// <summary>What a finished session leaves with a member: N records, to be stored as PENDING with the sealed shares before anything is acknowledged (spec §9 "Commit", §10).</summary>
/// <remarks>Owns the shares. Until the certificate is complete the old generation stays in use. A recovery changes no record and needs no certificate.</remarks>
public sealed class MaintenanceResult : IDisposable
{
    internal MaintenanceResult(MaintenanceTerms terms, PartyId self, RenewedKeys keys, SecretScalars? shares)
    {
        Terms = terms;
        Self = self;
        T2 = keys.T2;
        Records = keys.Records;
        RecordHashes = keys.RecordHashes;
        RecordsRoot = keys.RecordsRoot;
        Shares = shares;
    }

    public MaintenanceTerms Terms { get; }

    public PartyId Self { get; }

    public Digest32 T2 { get; }

    /// <summary>New records in key order; of a recovery the present ones.</summary>
    public IReadOnlyList<KeyRecord> Records { get; }

    /// <summary>KH of each record.</summary>
    public IReadOnlyList<Digest32> RecordHashes { get; }

    /// <summary>KHR.</summary>
    public Digest32 RecordsRoot { get; }

    /// <summary>The party's shares of <see cref="Records"/> in key order, disposed with the result; null for a dealer that leaves and for a helper of a recovery.</summary>
    public SecretScalars? Shares { get; }

    /// <summary>Whose ACKs make the certificate, and what they sign.</summary>
    /// <exception cref="InvalidOperationException">A recovery, which has none.</exception>
    public AckTerms AckTerms => Terms.Protocol != ProtocolKind.Recovery
        ? new(Terms.Suite, Terms.OldRoot, Terms.Order, T2, RecordsRoot, Terms.Members)
        : throw new InvalidOperationException("a recovery makes no generation and is not acknowledged");

    /// <summary>Signs the ACK (payload of message type 4). Call it only with shares and records durable as PENDING, and send it only once it is durable itself.</summary>
    public byte[] SignAck(IIdentitySigner identity) => identity.Sign(AckTerms.Digest);

    public void Dispose() => Shares?.Dispose();
}
