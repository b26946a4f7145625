namespace MpcSigner.Protocols.Faults;

/// <summary>What can go wrong between parties whose envelopes open: the rows of spec §15 that apply to the protocols built so far.</summary>
public enum FaultKind
{
    /// <summary>The contexts of round 1 differ: the initiator split the START. Nobody in particular.</summary>
    ContextMismatch = 1,

    /// <summary>Wrong length, non-canonical scalar or point, the identity, an unknown pid.</summary>
    MalformedMessage = 2,

    /// <summary>The identity signature of a message is wrong although context and T1 agree.</summary>
    BadIdentitySignature = 3,

    /// <summary>A second, different message in one round (spec §4.6).</summary>
    ConflictingMessages = 4,

    /// <summary>T1 differs: some party sent different commitments, or lied about T1. Nobody yet; comparing signed round-1 messages tells.</summary>
    CommitmentEchoMismatch = 5,

    /// <summary>The opening is not what round 1 committed to.</summary>
    BadOpening = 6,

    /// <summary>The sender does not prove that it knows a constant term.</summary>
    BadProofOfKnowledge = 7,

    /// <summary>A dealt share is not on the polynomial that its dealer opened.</summary>
    BadDealtShare = 8,

    /// <summary>T2 or KHR differs: round 2 was not the same at everybody. Nobody yet; comparing signed round-2 messages tells.</summary>
    TranscriptEchoMismatch = 9,

    /// <summary>The sender does not prove that it holds the share of its public share.</summary>
    BadShareProof = 10,

    /// <summary>Two different statements signed for the same context, round, sender and recipient.</summary>
    Equivocation = 11,

    /// <summary>A sum came out as the identity, which has no encoding. Not reachable by chance; nobody in particular.</summary>
    DegenerateSum = 12,

    /// <summary>A FROST share that does not fit its sender's commitment and public share.</summary>
    BadSignatureShare = 13,

    /// <summary>A FROST commitment that the coordinator has seen before for this key.</summary>
    ReusedCommitment = 14,

    /// <summary>An ACK whose signature does not hold.</summary>
    BadAcknowledgement = 15,

    /// <summary>The nodes speak of different pair setups: a stale instance, another nonce. Nothing was evaluated; nobody in particular.</summary>
    SetupSessionMismatch = 16,

    /// <summary>The last epochs of a pair lie too far apart to agree on the next: an operator is asked. Nobody in particular.</summary>
    EpochGap = 17,

    /// <summary>A point of base OT that is none, or that makes a sum the identity.</summary>
    InvalidBaseOtPoint = 18,

    /// <summary>The proof over the trees of a pair setup fails; which tree is never told.</summary>
    BadSeedProof = 19,

    /// <summary>The nodes came to different setup ids, or a presign message names another setup than ours (spec §8.4, C1). Nobody in particular; make a new setup.</summary>
    SetupIdMismatch = 20,

    /// <summary>A pair setup is no longer active: no verdict was computed (spec §8.4, C4). Nobody; make a new setup.</summary>
    SetupUnusable = 21,

    /// <summary>The consistency check of an OT extension fails (spec §6): the receiver cheated. The setup is dead, in both directions.</summary>
    BadOtExtension = 22,

    /// <summary>The check μ of a vector OLE fails (spec §7): the sender cheated. The setup is dead, in both directions (C10).</summary>
    BadVectorOle = 23,

    /// <summary>A vector OLE was made with other inputs than the sender's R and pk stand for: its check on Γ fails (spec §12, steps 10, 11). The setup is dead (C10).</summary>
    BadOleInput = 24,

    /// <summary>Σ pk ≠ P (spec §12, step 12): somebody used another share. Σ C_{i,0} ≠ P (§10.2): the records' own shares do not belong to their key. Nobody in particular.</summary>
    PublicKeySumMismatch = 25,

    /// <summary>An online reply to another request than ours (spec §13): its g differs.</summary>
    ReplyToOtherRequest = 26,

    /// <summary>The assembled ECDSA signature does not verify: some ψ, u′ or w was wrong (spec §13, §15). Nobody in particular; the presignature is spent.</summary>
    InvalidSignature = 27,

    /// <summary>A present key record that is not the order's, or not what the other dealers sent (spec §10).</summary>
    BadKeyRecord = 28,

    /// <summary>The points of a dealer's opening do not stand for its present share: C_{i,0} ≠ λ_i·X_i in a reshare, Σ D ≠ λ_i(r)·X_i in a recovery (spec §10.2, §10.3).</summary>
    ForeignShareDealt = 29,

    /// <summary>A helper's y is not the sum of what it was dealt: y·G ≠ Σ_i D_{i,k} (spec §10.3).</summary>
    BadRecoverySum = 30,
}

/// <summary>What follows for whoever is named with a fault (style rule 7; reactions of spec §15).</summary>
public enum Consequence
{
    /// <summary>Nobody is at fault: a new session with fresh randomness may include everybody.</summary>
    RetryFresh = 1,

    /// <summary>The culprit is left out of the retry where another set exists, and counted: repeated, it is excluded.</summary>
    RetryWithout = 2,

    /// <summary>The culprit broke the protocol in a way no accident explains: excluded until an operator readmits it.</summary>
    ExcludeForever = 3,
}

public static class FaultKinds
{
    /// <summary>The consequence of each kind.</summary>
    public static Consequence Consequence(this FaultKind kind) => kind switch
    {
        FaultKind.ContextMismatch => Faults.Consequence.RetryFresh,
        FaultKind.MalformedMessage => Faults.Consequence.RetryWithout,
        FaultKind.BadIdentitySignature => Faults.Consequence.RetryWithout,
        FaultKind.ConflictingMessages => Faults.Consequence.RetryWithout,
        FaultKind.CommitmentEchoMismatch => Faults.Consequence.RetryFresh,
        FaultKind.BadOpening => Faults.Consequence.ExcludeForever,
        FaultKind.BadProofOfKnowledge => Faults.Consequence.ExcludeForever,
        FaultKind.BadDealtShare => Faults.Consequence.ExcludeForever,
        FaultKind.TranscriptEchoMismatch => Faults.Consequence.RetryFresh,
        FaultKind.BadShareProof => Faults.Consequence.ExcludeForever,
        FaultKind.Equivocation => Faults.Consequence.ExcludeForever,
        FaultKind.DegenerateSum => Faults.Consequence.RetryFresh,
        FaultKind.BadSignatureShare => Faults.Consequence.ExcludeForever,
        FaultKind.ReusedCommitment => Faults.Consequence.RetryWithout,
        FaultKind.BadAcknowledgement => Faults.Consequence.RetryWithout,
        FaultKind.SetupSessionMismatch => Faults.Consequence.RetryFresh,
        FaultKind.EpochGap => Faults.Consequence.RetryFresh,
        // A failed setup never becomes active; further ones are bounded by count (spec §8.4, C8 and C11).
        FaultKind.InvalidBaseOtPoint => Faults.Consequence.RetryWithout,
        FaultKind.BadSeedProof => Faults.Consequence.RetryWithout,
        FaultKind.SetupIdMismatch => Faults.Consequence.RetryFresh,
        FaultKind.SetupUnusable => Faults.Consequence.RetryFresh,
        FaultKind.BadOtExtension => Faults.Consequence.ExcludeForever,
        FaultKind.BadVectorOle => Faults.Consequence.ExcludeForever,
        FaultKind.BadOleInput => Faults.Consequence.ExcludeForever,
        FaultKind.PublicKeySumMismatch => Faults.Consequence.RetryFresh,
        FaultKind.ReplyToOtherRequest => Faults.Consequence.RetryWithout,
        FaultKind.InvalidSignature => Faults.Consequence.RetryFresh,
        FaultKind.BadKeyRecord => Faults.Consequence.RetryWithout, // an honest node with an old backup sends one too
        FaultKind.ForeignShareDealt => Faults.Consequence.ExcludeForever,
        FaultKind.BadRecoverySum => Faults.Consequence.ExcludeForever,
    };

    /// <summary>Whether a fault of this kind made the pair setup with its culprit dead: that is durable before anything of it shows (spec §8.4, C3, C10).</summary>
    public static bool CondemnsSetup(this FaultKind kind) => kind is FaultKind.BadOtExtension or FaultKind.BadVectorOle or FaultKind.BadOleInput;

    /// <summary>Whether a fault of this kind names a culprit; the others end the session without a verdict.</summary>
    public static bool Blames(this FaultKind kind) => kind.Consequence() != Faults.Consequence.RetryFresh;
}
