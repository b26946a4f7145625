using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Resharing;

/// <summary>The tags of one of the three protocols (spec §3.4).</summary>
internal sealed record MaintenanceTags(Tag Context, Tag Commitment, Tag T1, Tag T2)
{
    private static readonly MaintenanceTags Refresh = new(Tags.RefreshContext, Tags.RefreshCommitment, Tags.RefreshT1, Tags.RefreshT2);
    private static readonly MaintenanceTags Reshare = new(Tags.ReshareContext, Tags.ReshareCommitment, Tags.ReshareT1, Tags.ReshareT2);
    private static readonly MaintenanceTags Recovery = new(Tags.RecoveryContext, Tags.RecoveryCommitment, Tags.RecoveryT1, Tags.RecoveryT2);

    public static MaintenanceTags Of(ProtocolKind protocol) => protocol switch
    {
        ProtocolKind.Refresh => Refresh,
        ProtocolKind.Reshare => Reshare,
        ProtocolKind.Recovery => Recovery,
        ProtocolKind.PairSetup or ProtocolKind.Dkg or ProtocolKind.Presign or ProtocolKind.Frost =>
            throw new ArgumentOutOfRangeException(nameof(protocol), protocol, "not a protocol of §10"),
    };
}
