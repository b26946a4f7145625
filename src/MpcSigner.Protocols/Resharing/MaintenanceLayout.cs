using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Proofs;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Resharing;

/// <summary>The exact lengths of all messages of one session (spec §9.1, §10, §16.1): they follow from the order, and any other length is refused unparsed.</summary>
/// <param name="pointsPerKey">Points that a dealer opens for each key.</param>
internal sealed class MaintenanceLayout(IGroup group, MaintenanceTerms terms, int pointsPerKey)
{
    public const int SignatureSize = Ed25519Signature.Size;

    private const int Echoes = 2 * Digest32.Size;

    public IGroup Group { get; } = group;

    /// <summary>N.</summary>
    public int Count { get; } = terms.Count;

    public int PointsPerKey { get; } = pointsPerKey;

    /// <summary>Bytes of one present record; 0 where records are not sent.</summary>
    public int RecordSize { get; } = terms.Protocol == ProtocolKind.Refresh ? 0 : KeyRecordEncoding.Size(group.Curve, terms.OldParties.Count);

    /// <summary>ctx ‖ com, in reshare and recovery ‖ N records.</summary>
    public int CommitmentPayload => Echoes + Count * RecordSize;

    public int Round1 => CommitmentPayload + SignatureSize;

    /// <summary>Round 1 of a protocol that sends the present records of N keys with n parties.</summary>
    public static long Round1WithRecords(Curve curve, int parties, int count) =>
        Echoes + (long)count * KeyRecordEncoding.Size(curve, parties) + SignatureSize;

    /// <summary>T1 ‖ points key-major ‖ salt.</summary>
    public int OpeningPayload => Digest32.Size + Count * PointsPerKey * Group.PointSize + Bytes32.Size;

    /// <summary>N shares, dealt to one party.</summary>
    public int SharesPayload => Count * IGroup.ScalarSize;

    /// <summary>opening ‖ sig, to a receiver of shares ‖ shares ‖ sig.</summary>
    public int Round2(bool withShares) => OpeningPayload + SignatureSize + (withShares ? SharesPayload + SignatureSize : 0);

    /// <summary>T2 ‖ KHR ‖ N PoK: refresh and reshare.</summary>
    public int ConfirmationPayload => ShareConfirmation.Size(Group, Count);

    /// <summary>confirmation ‖ sig.</summary>
    public int Round3 => ConfirmationPayload + SignatureSize;

    /// <summary>T2 ‖ N y: recovery.</summary>
    public int SumsPayload => Digest32.Size + SharesPayload;

    /// <summary>sums ‖ sig.</summary>
    public int Round3OfRecovery => SumsPayload + SignatureSize;
}
