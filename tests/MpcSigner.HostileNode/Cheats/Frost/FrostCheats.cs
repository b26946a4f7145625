using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.HostileNode.Cheats.Ecdsa;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Frost;

/// <summary>Rows of FROST (spec §19): what a signer sends, commitments and shares, and what a coordinator asks.</summary>
internal static class FrostCheats
{
    /// <summary>u32 seconds of life ‖ u16 count, before the first D.</summary>
    private const int CommitmentsAt = 6;

    public static IEnumerable<(string Row, Func<Cheat> Make)> All()
    {
        yield return ("share", () => new FrostShareCheat(FrostShareCheat.Kind.OtherValue));
        yield return ("share-signature", () => new FrostShareCheat(FrostShareCheat.Kind.OtherSignature));
        yield return ("share-unsigned", () => new FrostShareCheat(FrostShareCheat.Kind.NotSignedAnew));
        yield return ("share-order", () => new FrostShareCheat(FrostShareCheat.Kind.NotBelowOrder));
        yield return ("share-nonces", () => new FrostShareCheat(FrostShareCheat.Kind.OtherNonces));
        yield return ("share-malformed", () => new MessageCheat(ProtocolKind.Frost, MessageType.FrostShare, 0, (message, _) => message.Payload[..^1]));
        yield return ("hiding", () => Commitment(0, PresignCheats.AddGenerator));
        yield return ("binding", () => Commitment(1, PresignCheats.AddGenerator));
        yield return ("identity", () => Commitment(0, Identity));
        yield return ("small-order", () => Commitment(1, SmallOrder));
        yield return ("reused", () => new ReusedCommitmentCheat());
        yield return ("asked-twice", () => new AskAgainCheat(MessageType.FrostRequest, whileAsked: false));
        yield return ("asked-at-once", () => new AskAgainCheat(MessageType.FrostRequest, whileAsked: true));
        foreach (var (row, edit) in FrostQuestionCheat.Edits)
            yield return (row, () => new FrostQuestionCheat(edit));
        foreach (var (row, reword) in WrongQuestionFirstCheat.Rewordings)
            yield return (row, () => new WrongQuestionFirstCheat(reword));
        yield return ("told-nonces", () => new ToldNoncesCheat());
    }

    private static MessageCheat Commitment(int which, PresignCheats.Touch touch) => new(ProtocolKind.Frost, MessageType.FrostCommitment, 0, (message, _) =>
    {
        byte[] bent = [.. message.Payload];
        var group = PresignCheats.GroupOf(message);
        touch(group, bent.AsSpan(CommitmentsAt + which * group.PointSize, group.PointSize));
        return bent;
    });

    private static void Identity(IGroup group, Span<byte> point)
    {
        point.Clear();
        if (group.Curve == Curve.Edwards25519)
            point[0] = 1;
    }

    /// <summary>(0, −1), of order 2.</summary>
    private static void SmallOrder(IGroup group, Span<byte> point)
    {
        point.Fill(0xff);
        (point[0], point[^1]) = (0xec, 0x7f);
    }

    /// <summary>The first commitment that the node gave for a key, again and again.</summary>
    private sealed class ReusedCommitmentCheat : Cheat
    {
        private readonly Dictionary<Digest32, byte[]> _first = [];

        protected override byte[]? Says(SessionMessage message, Hand hand)
        {
            if (message.Type != MessageType.FrostCommitment)
                return message.Payload;
            if (_first.TryAdd(message.Session.Terms.Subject, message.Payload))
                return message.Payload;
            hand.Done($"{message.To}");
            return _first[message.Session.Terms.Subject];
        }
    }
}
