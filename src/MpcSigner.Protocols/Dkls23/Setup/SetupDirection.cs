using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>One ordered pair (A, B) in one epoch: A will be the sender of OT extension, B the receiver.</summary>
/// <param name="SessionId">setup_sid = H("ot-setup-sid"; version, nid_A, iid_A, nid_B, iid_B, u64 epoch, nonce_A, nonce_B).</param>
internal sealed record SetupDirection(Digest32 SessionId, ulong Epoch)
{
    /// <summary>Both directions as one node sees them, from both handshakes; null if an epoch cannot be agreed on.</summary>
    internal static (SetupDirection Sending, SetupDirection Receiving)? Agree(PairNodes nodes, PairHandshake own, PairHandshake peers)
    {
        if (!PairEpochs.TryNext(own.Last.Sending, peers.Last.Receiving, out var sending) || !PairEpochs.TryNext(peers.Last.Sending, own.Last.Receiving, out var receiving))
            return null;
        return (Of(nodes.Self, nodes.SelfInstance, nodes.Peer, nodes.PeerInstance, sending, own.SendingNonce, peers.ReceivingNonce),
            Of(nodes.Peer, nodes.PeerInstance, nodes.Self, nodes.SelfInstance, receiving, peers.SendingNonce, own.ReceivingNonce));
    }

    private static SetupDirection Of(NodeId a, InstanceId instanceA, NodeId b, InstanceId instanceB, ulong epoch, Bytes32 nonceA, Bytes32 nonceB) => new(
        new TranscriptHash(Tags.SetupSession).Version()
            .Bytes32(a.Value).Bytes(instanceA.ToArray()).Bytes32(b.Value).Bytes(instanceB.ToArray())
            .U64(epoch).Bytes32(nonceA).Bytes32(nonceB).ToDigest(),
        epoch);

    /// <summary>setup_id = H("ot-setup-id"; setup_sid, H("ot-m1"; M1), H("ot-m2"; M2)).</summary>
    internal Digest32 Id(Digest32 m1, Digest32 m2) => new TranscriptHash(Tags.SetupId).Digest(SessionId).Digest(m1).Digest(m2).ToDigest();
}
