using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Proofs;

namespace MpcSigner.Protocols.Dkg;

/// <summary>The exact lengths of all messages of one key generation (spec §9.1, §16.1): they follow from curve, t and N, and any other length is refused unparsed.</summary>
internal sealed class DkgLayout(IGroup group, int threshold, int count)
{
    public const int SignatureSize = Ed25519Signature.Size;

    public const int ChainCodeSize = 32;

    public IGroup Group { get; } = group;

    /// <summary>t: points of each polynomial.</summary>
    public int Threshold { get; } = threshold;

    /// <summary>N.</summary>
    public int Count { get; } = count;

    /// <summary>ctx ‖ com.</summary>
    public const int CommitmentPayload = Digest32.Size + Digest32.Size;

    /// <summary>ctx ‖ com ‖ sig.</summary>
    public const int Round1 = CommitmentPayload + SignatureSize;

    public int ProofSize => SchnorrProof.Size(Group);

    /// <summary>T1 ‖ points key-major ‖ N cc ‖ salt ‖ N PoK.</summary>
    public int OpeningPayload =>
        Digest32.Size + Count * Threshold * Group.PointSize + Count * ChainCodeSize + Bytes32.Size + Count * ProofSize;

    /// <summary>N shares, dealt to one party.</summary>
    public int SharesPayload => Count * IGroup.ScalarSize;

    /// <summary>opening ‖ sig ‖ shares ‖ sig.</summary>
    public int Round2 => OpeningPayload + SignatureSize + SharesPayload + SignatureSize;

    /// <summary>T2 ‖ KHR ‖ N PoK.</summary>
    public int ConfirmationPayload => ShareConfirmation.Size(Group, Count);

    /// <summary>confirmation ‖ sig.</summary>
    public int Round3 => ConfirmationPayload + SignatureSize;

    /// <summary>The length of a round's message.</summary>
    public int MessageSize(byte round) => round switch
    {
        1 => Round1,
        2 => Round2,
        3 => Round3,
        _ => throw new ArgumentOutOfRangeException(nameof(round), round, "key generation has rounds 1..3"),
    };

    /// <summary>The length of a round's broadcast part, which its signature follows.</summary>
    public int BroadcastSize(byte round) => round switch
    {
        1 => CommitmentPayload,
        2 => OpeningPayload,
        3 => ConfirmationPayload,
        _ => throw new ArgumentOutOfRangeException(nameof(round), round, "key generation has rounds 1..3"),
    };
}
