using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.HostileNode.Cheats.Ecdsa;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Frost;

/// <summary>A signer whose answer z ‖ signature is not what it must be (spec §19.3).</summary>
internal sealed class FrostShareCheat(FrostShareCheat.Kind kind) : Cheat
{
    internal enum Kind
    {
        /// <summary>z + 1, signed as the node's own.</summary>
        OtherValue,

        /// <summary>A good z whose signature is wrong.</summary>
        OtherSignature,

        /// <summary>z + 1 under the signature of z.</summary>
        NotSignedAnew,

        /// <summary>The group's order, which is no scalar, signed as the node's own.</summary>
        NotBelowOrder,

        /// <summary>What would be right under nonces that the node never committed to, signed as its own.</summary>
        OtherNonces,
    }

    private byte[] _asked = [];

    public override void Heard(SessionMessage message, Hand hand)
    {
        if (message.Type == MessageType.FrostRequest && SigningAsk.TryDecode(message.Payload, out var ask))
            _asked = ask.Request.ToArray();
    }

    protected override byte[]? Says(SessionMessage message, Hand hand)
    {
        if (message.Type != MessageType.FrostShare)
            return message.Payload;
        hand.Done($"{message.To}");
        byte[] bent = [.. message.Payload];
        var group = PresignCheats.GroupOf(message);
        var value = bent.AsSpan(0, IGroup.ScalarSize);
        switch (kind)
        {
            case Kind.OtherSignature:
                bent[^1] ^= 1;
                return bent;
            case Kind.NotSignedAnew:
                PresignCheats.AddOne(group, value);
                return bent;
            case Kind.OtherValue:
                PresignCheats.AddOne(group, value);
                return SignedAnew(bent, hand);
            case Kind.NotBelowOrder:
                Order(group).CopyTo(value);
                return SignedAnew(bent, hand);
            case Kind.OtherNonces:
                UnderOtherNonces(message, hand).CopyTo(value);
                return SignedAnew(bent, hand);
            default:
                throw new InvalidOperationException("a share of no known kind");
        }
    }

    private byte[] SignedAnew(byte[] share, Hand hand)
    {
        var digest = new TranscriptHash(Tags.FrostShare).Bytes(_asked.AsSpan(Bytes32.Size)).Bytes(share.AsSpan(0, IGroup.ScalarSize)).ToDigest(); // the request without osid
        hand.Signer.Sign(digest.ToArray(), share.AsSpan(IGroup.ScalarSize));
        return share;
    }

    /// <summary>q is odd on every curve: q − 1 and one more in its lowest bit.</summary>
    private static byte[] Order(IGroup group)
    {
        var order = group.NegatePublic(group.One).Encode();
        order[group.Curve == Curve.Edwards25519 ? 0 : ^1] |= 1;
        return order;
    }

    private byte[] UnderOtherNonces(SessionMessage message, Hand hand)
    {
        var (hash, self, coordinator) = (message.Session.Terms.Subject, message.Session.SelfPid, message.To);
        if (!hand.Keys.TryFind(hash, out var record) || !FrostRequest.TryDecode(record, hash, _asked, out var asked, out _))
            throw new InvalidOperationException("the machine has answered what its host cannot read");
        var share = hand.Keys.ShareOf(record);
        using var others = FrostNonces.Generate(record, self, share, coordinator, hand.Random);
        var pretended = asked with { Commitments = [.. asked.Commitments.Select(commitment => commitment.Signer == self ? others.Commitment : commitment)] };
        return FrostSigner.Sign(record, pretended, self, share, others, coordinator, hand.Signer) is FrostAnswer.Signed signed
            ? signed.Share.Share.ToArray()
            : throw new InvalidOperationException("the host's own question cannot be answered");
    }
}
