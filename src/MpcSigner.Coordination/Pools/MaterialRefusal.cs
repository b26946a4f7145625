using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;

namespace MpcSigner.Coordination.Pools;

/// <summary>Why material does not serve a question. Whatever it is, material that need not be lost is kept.</summary>
internal enum MaterialRefusal
{
    /// <summary>Nothing of that name was made here, or it is long gone.</summary>
    Unknown = 1,

    /// <summary>It has served a question; it never serves another, be it the same.</summary>
    Spent = 2,

    /// <summary>Its life is over.</summary>
    Expired = 3,

    /// <summary>It belongs to another key, or another generation of the key.</summary>
    OtherKey = 4,

    /// <summary>It belongs to other signers than the question names.</summary>
    OtherQuorum = 5,

    /// <summary>It was made for another coordinator.</summary>
    OtherInitiator = 6,

    /// <summary>It was made by or with another process of one of the two nodes.</summary>
    OtherInstance = 7,

    /// <summary>It was wiped: displaced, retired, or in doubt.</summary>
    Dropped = 8,
}

/// <summary>The refusals worded, once.</summary>
internal static class MaterialRefusals
{
    public static ServiceError ToError(this MaterialRefusal refusal) => new(Reason.MaterialRefused, refusal switch
    {
        MaterialRefusal.Unknown => "The material named in the question is unknown to this node.",
        MaterialRefusal.Spent => "The material named in the question has been spent on another one.",
        MaterialRefusal.Expired => "The material named in the question has expired.",
        MaterialRefusal.OtherKey => "The material named in the question was made for another key or another generation of it.",
        MaterialRefusal.OtherQuorum => "The material named in the question was made for other signers.",
        MaterialRefusal.OtherInitiator => "The material named in the question was made for another coordinator.",
        MaterialRefusal.OtherInstance => "The material named in the question was made by or with another process of one of the two nodes.",
        MaterialRefusal.Dropped => "The material named in the question has been wiped.",
    }, "Make fresh material and ask again.");

    /// <summary>A session or question of another generation of the key than this node's: for a moment around an activation that is nobody's fault.</summary>
    public static ServiceError OtherGeneration(KeyId key) => new(
        Reason.WrongGeneration, $"The session is of another generation of key {key} than this node's.", "Try again in a moment.");

    /// <summary>What is said of material that was wiped for this reason.</summary>
    public static MaterialRefusal Because(MaterialEnd end) => end switch
    {
        MaterialEnd.Expired => MaterialRefusal.Expired,
        MaterialEnd.OtherInstance => MaterialRefusal.OtherInstance,
        MaterialEnd.Used => MaterialRefusal.Spent,
        MaterialEnd.KeyChanged => MaterialRefusal.OtherKey,
        MaterialEnd.InDoubt or MaterialEnd.Retired or MaterialEnd.Displaced or MaterialEnd.ClockJumped or MaterialEnd.PeerFault or MaterialEnd.NodeLeft => MaterialRefusal.Dropped,
    };
}
