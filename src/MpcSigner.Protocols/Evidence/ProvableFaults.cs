using MpcSigner.Protocols.Faults;

namespace MpcSigner.Protocols.Evidence;

/// <summary>What is proven of a convicted party, in words.</summary>
internal static class ProvableFaults
{
    /// <summary>What the culprit did; null for a kind of fault of which no message is proof (spec §15).</summary>
    public static string? Describe(FaultKind kind) => kind switch
    {
        FaultKind.MalformedMessage => "signed a message that does not decode",
        FaultKind.BadOpening => "opened something else than it had committed to",
        FaultKind.BadProofOfKnowledge => "signed a proof of knowledge that does not hold",
        FaultKind.BadDealtShare => "dealt a share that is not on the polynomial it opened",
        FaultKind.BadShareProof => "signed a proof for its share that does not hold",
        FaultKind.Equivocation => "signed two different messages where one was due",
        FaultKind.BadSignatureShare => "signed a signature share that does not fit its own commitment and public share",
        FaultKind.BadKeyRecord => "signed a key record that is not the one the order starts from",
        FaultKind.ForeignShareDealt => "dealt another secret than its present share",
        FaultKind.BadRecoverySum => "signed a sum that is not that of what it was dealt",
        FaultKind.ContextMismatch or FaultKind.BadIdentitySignature or FaultKind.ConflictingMessages or FaultKind.CommitmentEchoMismatch
            or FaultKind.TranscriptEchoMismatch or FaultKind.DegenerateSum or FaultKind.ReusedCommitment or FaultKind.BadAcknowledgement
            or FaultKind.SetupSessionMismatch or FaultKind.EpochGap or FaultKind.InvalidBaseOtPoint or FaultKind.BadSeedProof
            or FaultKind.SetupIdMismatch or FaultKind.SetupUnusable or FaultKind.BadOtExtension or FaultKind.BadVectorOle
            or FaultKind.BadOleInput or FaultKind.PublicKeySumMismatch or FaultKind.ReplyToOtherRequest or FaultKind.InvalidSignature => null,
    };
}
