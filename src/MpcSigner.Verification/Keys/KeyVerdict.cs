using System.Diagnostics.CodeAnalysis;

namespace MpcSigner.Verification.Keys;

/// <summary>Which check of a key failed. The zero value is no verdict.</summary>
public enum KeyFault : byte
{
    NotChecked = 0,
    Valid,

    /// <summary>The record's bytes are not a key record of the suite shown.</summary>
    MalformedRecord,

    /// <summary>The certificate's bytes are not a commit certificate.</summary>
    MalformedCertificate,

    /// <summary>No certificate: the key is PENDING and must not be used.</summary>
    NotCertified,

    /// <summary>The key shown under an id has another id in its record.</summary>
    OtherKey,

    /// <summary>A party of the record is no node of the roster.</summary>
    ForeignNode,

    /// <summary>The certificate does not prove the record.</summary>
    BadCertificate,

    /// <summary>The nodes certified it for another order than ours: somebody else's key, or one of the coordinator's own.</summary>
    OtherOrder,

    /// <summary>Not the place in the batch that was expected, or a batch of another size.</summary>
    OtherPlace,
    OtherSuite,
    OtherThreshold,

    /// <summary>Other nodes, or other numbers for them, than asked for.</summary>
    OtherParties,

    /// <summary>A fresh key has generation 0.</summary>
    OtherGeneration,
    OtherLabel,
    OtherUsage,
    OtherOwner,

    /// <summary>The node shows no anchor: nothing ties the key's nodes to its id.</summary>
    NotAnchored,

    /// <summary>The creation request shown is none of this cluster, or the key's id does not follow from it at the place shown.</summary>
    OtherCreation,

    /// <summary>No client whom the rosters have let create keys signed the creation request.</summary>
    UnsignedCreation,

    /// <summary>The record of generation 0 or its certificate is not that of all nodes which the creation request names.</summary>
    BadAnchor,

    /// <summary>The record has another public key or chain code than generation 0: no renewal of shares changes them.</summary>
    OtherPublicKey,
}

/// <summary>A verified key, or why it is none.</summary>
public sealed class KeyVerdict
{
    private KeyVerdict(KeyFault fault, string detail, VerifiedKey? key) => (Fault, Detail, Key) = (fault, detail, key);

    public KeyFault Fault { get; }

    /// <summary>One sentence for people.</summary>
    public string Detail { get; }

    public VerifiedKey? Key { get; }

    [MemberNotNullWhen(true, nameof(Key))]
    public bool IsValid => Key is not null;

    internal static KeyVerdict Valid(VerifiedKey key) => new(KeyFault.Valid, "valid", key);

    internal static KeyVerdict Bad(KeyFault fault, string detail) => new(fault, detail, null);

    public override string ToString() => $"{Fault}: {Detail}";
}
