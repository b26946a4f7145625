namespace MpcSigner.Cryptography.KeyRecords;

/// <summary>Which check of an anchor failed; <see cref="Valid"/> is never the default.</summary>
public enum AnchorFault : byte
{
    NotChecked = 0,
    Valid,

    /// <summary>The key's id does not follow from this request and place.</summary>
    OtherCreation,

    /// <summary>The record is of another key, or of another generation than 0.</summary>
    OtherRecord,
    OtherSuite,
    OtherThreshold,

    /// <summary>Other nodes, or other numbers for them, than the request names.</summary>
    OtherParties,

    MalformedCertificate,

    /// <summary>The certificate is of another order, place or size of batch.</summary>
    OtherPlace,

    /// <summary>It is not that of all nodes that the request names.</summary>
    BadCertificate,
}

/// <summary>What an anchor proved, or why it did not.</summary>
/// <param name="Fault">The first check that failed.</param>
/// <param name="Certificate">Of <see cref="AnchorFault.BadCertificate"/>: what is wrong with it.</param>
public readonly record struct AnchorVerdict(AnchorFault Fault, CertificateVerdict Certificate = default)
{
    public bool IsValid => Fault == AnchorFault.Valid;

    /// <summary>A sentence's end for the operator.</summary>
    public override string ToString() => Fault switch
    {
        AnchorFault.NotChecked => "it was not checked",
        AnchorFault.Valid => "valid",
        AnchorFault.OtherCreation => "the key's id does not follow from the creation request and place shown",
        AnchorFault.OtherRecord => "the record shown is not that of the key's generation 0",
        AnchorFault.OtherSuite => "generation 0 is of another suite than was ordered",
        AnchorFault.OtherThreshold => "generation 0 has another threshold than was ordered",
        AnchorFault.OtherParties => "generation 0 is shared among other nodes, or under other numbers, than was ordered",
        AnchorFault.MalformedCertificate => "the certificate of generation 0 is malformed",
        AnchorFault.OtherPlace => "the certificate of generation 0 is of another order, place or size of batch",
        AnchorFault.BadCertificate => $"the certificate of generation 0 proves nothing: {Certificate}",
    };
}
