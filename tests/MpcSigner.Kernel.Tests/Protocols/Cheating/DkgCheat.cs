namespace MpcSigner.Kernel.Tests.Protocols.Cheating;

/// <summary>Every way a party can cheat in key generation that the tests know. "Victim" is one receiver, the others get the honest message.</summary>
internal enum DkgCheat
{
    None,

    // Round 1.
    Round1OtherContext,
    Round1OtherCommitmentForVictim,
    Round1BadSignature,
    Round1TooLong,
    Round1TooShort,
    Round1SentTwiceDifferently,
    Round1SentTwiceAlike,

    // Round 2, broadcast part.
    Round2OtherT1,
    Round2OtherSalt,
    Round2OtherChainCode,
    Round2OtherConstantPoint,
    Round2OtherHigherPoint,
    Round2OtherPointForVictim,
    Round2OnePointMore,
    Round2OnePointLess,
    Round2IdentityPoint,
    Round2PointOutsideTheGroup,
    Round2PointInOtherForm,
    Round2NonCanonicalPoint,
    Round2ProofForOtherParty,
    Round2ProofForOtherSession,
    Round2ProofsSwappedBetweenKeys,
    Round2ProofResponseNotCanonical,
    Round2OtherValidProofForVictim,
    Round2CopyOfAnotherParty,
    Round2BadBroadcastSignature,
    Round2TooLong,
    Round2TooShort,
    Round2SentTwiceDifferently,

    // Round 2, pairwise part.
    Round2WrongShareForVictim,
    Round2ZeroShareForVictim,
    Round2ShareIsOrderForVictim,
    Round2ShareAboveOrderForVictim,
    Round2AllOnesShareForVictim,
    Round2BadShareSignatureForVictim,
    Round2SharesOfAnotherReceiverForVictim,

    // Round 3.
    Round3OtherT2,
    Round3OtherRoot,
    Round3BadProof,
    Round3ProofForOtherParty,
    Round3ProofNotCanonical,
    Round3BadSignature,
    Round3TooLong,
    Round3TooShort,
}
