using MpcSigner.Core.Identities;

namespace MpcSigner.Cryptography.KeyRecords;

/// <summary>Which check of a commit certificate failed; <see cref="Valid"/> is never the default.</summary>
public enum CertificateFault : byte
{
    NotChecked = 0,
    Valid,

    /// <summary>The record itself is out of bounds, or one of its points does not decode.</summary>
    MalformedRecord,

    /// <summary>The public shares do not interpolate to the public key.</summary>
    InconsistentRecord,

    /// <summary>Generation 0 goes with a zero KH_old and every later one with another.</summary>
    WrongPredecessor,

    /// <summary>The key of a creation is not the one that the order gives at this place.</summary>
    WrongKeyId,

    /// <summary>The sibling hashes do not fit the place in the batch.</summary>
    BadPath,

    /// <summary>A party of the record (or a dealer) has not acknowledged.</summary>
    MissingAcknowledgement,

    /// <summary>An acknowledgement of a pid that has no part in the record.</summary>
    UnknownParty,

    /// <summary>The roster knows no identity key of the party's node.</summary>
    UnknownNode,

    /// <summary>A dealer's pid and nid contradict the record's.</summary>
    DealerConflict,

    /// <summary>The signature is not the node's over this record, order and session.</summary>
    BadSignature,
}

/// <summary>What a certificate proved, or why it did not.</summary>
/// <param name="Fault">The first check that failed.</param>
/// <param name="Pid">The party concerned, where one is.</param>
public readonly record struct CertificateVerdict(CertificateFault Fault, PartyId? Pid = null)
{
    public bool IsValid => Fault == CertificateFault.Valid;

    /// <summary>A sentence for the operator.</summary>
    public override string ToString() => Fault switch
    {
        CertificateFault.NotChecked => "the certificate was not checked",
        CertificateFault.Valid => "valid",
        CertificateFault.MalformedRecord => "the key record is malformed or one of its points is not valid",
        CertificateFault.InconsistentRecord => "the record's public shares do not combine to its public key",
        CertificateFault.WrongPredecessor => "the record's generation and the certificate's predecessor contradict each other",
        CertificateFault.WrongKeyId => "the key id is not the one that the creation order gives at this place",
        CertificateFault.BadPath => "the inclusion path does not fit the key's place in its batch",
        CertificateFault.MissingAcknowledgement => $"party {Pid} has not acknowledged the record",
        CertificateFault.UnknownParty => $"party {Pid} acknowledged but has no part in the record",
        CertificateFault.UnknownNode => $"the roster knows no identity key for the node of party {Pid}",
        CertificateFault.DealerConflict => $"dealer {Pid} contradicts the record",
        CertificateFault.BadSignature => $"the acknowledgement of party {Pid} does not verify for this record",
    };
}
