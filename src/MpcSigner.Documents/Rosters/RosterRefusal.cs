namespace MpcSigner.Documents.Rosters;

/// <summary>Why a roster is not the next version.</summary>
public enum RosterFault
{
    Unreadable = 1,

    /// <summary>A chain begins with version 1.</summary>
    NotFirst,
    InForceAlready,

    /// <summary>Older than what is in force.</summary>
    Rollback,

    /// <summary>The version in force with other bytes.</summary>
    Fork,

    /// <summary>Versions between are missing.</summary>
    Gap,
    WrongPredecessor,
    WrongCluster,

    SignaturesUnreadable,

    /// <summary>Signed by somebody who is no administrator (any more) of the version before.</summary>
    UnknownAdministrator,
    SignedTwice,
    BadSignature,
    TooFewSignatures,

    /// <summary>The first roster is not signed by the administrator that was pinned.</summary>
    NotPinned,

    /// <summary>A node is gone and not among those that have left.</summary>
    NodeVanished,

    /// <summary>What is known of a node that has left does not change.</summary>
    FormerNodeChanged,

    /// <summary>An identity key is gone and not among the node's former ones, or these are others than before.</summary>
    KeyHistoryChanged,

    /// <summary>A node that was not there before comes with a past.</summary>
    NewNodeWithPast,

    /// <summary>The id of a new client is not the hash of its key.</summary>
    ForeignClientId,
}

/// <param name="Message">What is wrong, a sentence.</param>
/// <param name="NextStep">What to do, a sentence.</param>
public sealed record RosterRefusal(RosterFault Fault, string Message, string NextStep);
