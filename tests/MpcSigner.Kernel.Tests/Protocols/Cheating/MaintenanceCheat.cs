namespace MpcSigner.Kernel.Tests.Protocols.Cheating;

/// <summary>Every way a member can cheat in refresh, reshare or recovery that the tests know. "Victim" is one receiver, the others get the honest message.</summary>
internal enum MaintenanceCheat
{
    None,

    // Round 1.
    Round1OtherContext,
    Round1OtherCommitmentForVictim,
    Round1OtherRecordForVictim,
    Round1OtherLastRecord,
    Round1RecordsWithBadSignature,
    Round1BadSignature,
    Round1TooLong,
    Round1TooShort,
    Round1SentTwiceDifferently,
    Round1SentTwiceAlike,

    // Round 2, broadcast part.
    Round2OtherT1,
    Round2OtherSalt,
    Round2OtherFirstPoint,
    Round2OtherLastPoint,
    Round2OtherPointForVictim,
    Round2OnePointMore,
    Round2OnePointLess,
    Round2IdentityPoint,
    Round2PointOutsideTheGroup,
    Round2PointInOtherForm,
    Round2NonCanonicalPoint,
    Round2CopyOfAnotherDealer,
    Round2BadBroadcastSignature,
    Round2TooLong,
    Round2TooShort,
    Round2SentTwiceDifferently,

    // Round 2, dealt shares.
    Round2WrongShareForVictim,
    Round2ZeroShareForVictim,
    Round2AllOnesShareForVictim,
    Round2BadShareSignatureForVictim,
    Round2SharesOfAnotherReceiverForVictim,

    /// <summary>Deals, consistently, what is not its own share: a point and shares of another secret.</summary>
    OtherSecret,

    // Round 3 of refresh and reshare.
    Round3OtherT2,
    Round3OtherRoot,
    Round3BadProof,
    Round3ProofsSwapped,
    Round3ProofNotCanonical,
    Round3BadSignature,
    Round3TooLong,
    Round3TooShort,

    // Round 3 of a recovery: what the recovered party is sent.
    Round3WrongSum,
    Round3SumNotCanonical,
}
