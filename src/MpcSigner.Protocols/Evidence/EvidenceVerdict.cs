using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Faults;

namespace MpcSigner.Protocols.Evidence;

/// <summary>Why evidence convicts, or why not.</summary>
public enum EvidenceFinding
{
    Convicts = 1,

    /// <summary>Of another cluster than the rosters.</summary>
    OtherCluster,

    /// <summary>The statements of an echo mismatch: they name somebody only together with another node's.</summary>
    NamesNobody,

    /// <summary>The accused is no party of the session.</summary>
    UnknownParty,

    /// <summary>No roster at hand names a node of the session.</summary>
    UnknownNode,

    /// <summary>The order that is shown is not the session's.</summary>
    OtherOrder,

    /// <summary>The nodes of the key did not certify the record that is shown.</summary>
    NotCertified,

    /// <summary>A statement is of another session.</summary>
    OtherSession,

    /// <summary>A statement is not signed by the node that it is said to be of.</summary>
    BadSignature,

    /// <summary>All is signed, and does not show what is claimed.</summary>
    NotShown,

    /// <summary>Two files that are not of one session.</summary>
    OtherSessionThanFirst,

    /// <summary>Two views of one session in which nobody told two stories.</summary>
    NoContradiction,
}

/// <summary>What the evidence proves.</summary>
/// <param name="Detail">A sentence for people.</param>
/// <param name="Culprit">Who is convicted; null when nobody is.</param>
/// <param name="Identity">The identity key that signed what convicts; null when nobody is convicted.</param>
public sealed record EvidenceVerdict(EvidenceFinding Finding, string Detail, FaultKind Kind, PartyId? Culprit, NodeId? Node, KnownIdentity? Identity)
{
    public bool Convicts => Finding == EvidenceFinding.Convicts;

    internal static EvidenceVerdict Not(EvidenceFinding finding, FaultKind kind, string detail) => new(finding, detail, kind, null, null, null);

    public override string ToString() => $"{Finding}: {Detail}";
}
