using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Ecdsa;

/// <summary>Presigns with x + 1 in place of its share x, in every step alike (spec §18.3: consistent wrong sk_j and pk_j); or shows the pk_j of its true share all the same.</summary>
internal sealed class OtherShareCheat(bool hidesIt) : Cheat
{
    public override NodeEvent? Hears(NodeEvent happened, Hand hand)
    {
        if (happened is not NodeEvent.ShareLoaded loaded)
            return happened;
        using (loaded.Share)
        {
            // The machine gets another share in the place of the one that was opened for it.
            if (!SecretScalar.TryDecode(loaded.Share.Group, loaded.Share.Group.One.Encode(), out var one))
                throw new InvalidOperationException("one is a scalar");
            using (one)
                return loaded with { Share = loaded.Share.Add(one) };
        }
    }

    protected override byte[]? Says(SessionMessage message, Hand hand)
    {
        if (message is not { Protocol: ProtocolKind.Presign, Type: MessageType.Round, Round: 2 })
            return message.Payload;
        hand.Done($"{message.To}");
        if (!hidesIt)
            return message.Payload;
        byte[] bent = [.. message.Payload];
        var group = PresignCheats.GroupOf(message);
        if (!group.TryDecodePoint(bent.AsSpan(PresignLayout.KeyPoint), out var key))
            throw new InvalidOperationException("no point stands there");
        group.Subtract(key, group.MultiplyBasePublic(Lagrange(group, message.Session))).Encoded.CopyTo(bent.AsSpan(PresignLayout.KeyPoint));
        return bent;
    }

    /// <summary>λ_i^S: what a share more by one makes pk_i more by.</summary>
    internal static PublicScalar Lagrange(IGroup group, OwnSession session)
    {
        var (self, product) = (group.FromUInt64(session.SelfPid.Value), group.One);
        foreach (var other in session.Peers.Select(session.PidOf).Select(pid => group.FromUInt64(pid.Value)))
            product = group.MultiplyPublic(product, group.MultiplyPublic(other, group.InvertPublic(group.SubtractPublic(other, self))));
        return product;
    }
}
