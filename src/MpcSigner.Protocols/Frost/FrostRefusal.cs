namespace MpcSigner.Protocols.Frost;

/// <summary>Why a signer does not answer a request (spec §19.3). Up to <see cref="NoncesSpent"/> the nonces are kept.</summary>
public enum FrostRefusal
{
    /// <summary>Not one request in its exact encoding: a length, a point, pids not ascending, the number of signers.</summary>
    Malformed = 1,

    /// <summary>KH is not our record's: generations differ for a moment around a commit. No blame.</summary>
    OtherKeyRecord = 2,

    /// <summary>A signer that is no party of the key.</summary>
    UnknownSigner = 3,

    /// <summary>We are not among the signers.</summary>
    NotASigner = 4,

    /// <summary>Our entry in the list is not the commitment we gave.</summary>
    OtherCommitment = 5,

    /// <summary>The commitment was given to another coordinator or for another key.</summary>
    OtherCoordinator = 6,

    /// <summary>The suite does not know this mode or root.</summary>
    BadMode = 7,

    /// <summary>The path is too long, hardened, or leads to no valid key.</summary>
    BadPath = 8,

    /// <summary>The nonces answered a request before.</summary>
    NoncesSpent = 9,

    /// <summary>R came out as the identity. The nonces are spent.</summary>
    DegenerateCommitment = 10,

    /// <summary>The suite signs no message of this length: Taproot signs 32 bytes. The nonces are kept.</summary>
    BadMessage = 11,
}
