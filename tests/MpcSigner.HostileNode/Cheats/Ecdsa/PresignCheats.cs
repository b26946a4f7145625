using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Dkls23.Multiplication;
using MpcSigner.Protocols.Dkls23.Ot;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Ecdsa;

/// <summary>Rows of presigning in which a signer's message is not what it must be (spec §12). The first presignature of a session is bent, so that a batch is refused for one.</summary>
internal static class PresignCheats
{
    public static IEnumerable<(string Row, Func<Cheat> Make)> All()
    {
        yield return ("F-ContextMismatch", () => Round1(PresignLayout.Context, Flip));
        yield return ("T06a", () => Round1(Within(PresignLayout.Cot, 0..1), Flip));
        yield return ("T06b", () => Round1(Within(PresignLayout.Cot, CotMessage.Row(3)), Flip));
        yield return ("T06c", () => Round1(Within(PresignLayout.Cot, CotMessage.ChoiceCheck), Flip));
        yield return ("T06d", () => Round1(Within(PresignLayout.Cot, CotMessage.RowCheck(7)), Flip));
        yield return ("T08", () => Round1(PresignLayout.SetupId, Flip));
        yield return ("T09", () => Round1(PresignLayout.Commitment, Flip, toAll: false));
        yield return ("F-MalformedMessage", () => new MessageCheat(ProtocolKind.Presign, MessageType.Round, 1, (message, _) => message.Payload[..^1]));
        yield return ("T10", () => Round2(PresignLayout.T1, Flip));
        yield return ("T11a", () => Round2(PresignLayout.NoncePoint, AddGenerator));
        yield return ("T11b", () => Round2(PresignLayout.Salt, Flip));
        yield return ("T12a", () => Round2(Within(PresignLayout.Vole, 0..IGroup.ScalarSize), AddOne));
        yield return ("T12b", () => Round2(Within(PresignLayout.Vole, VoleMessage.OfResponse), AddOne));
        yield return ("T12c", () => Round2(Within(PresignLayout.Vole, VoleMessage.OfCheck), Flip));
        yield return ("T15b", () => Round2(PresignLayout.KeyPoint, AddGenerator));
        yield return ("T15c", () => Round2(PresignLayout.GammaU, AddGenerator));
        yield return ("T17", () => Round2(PresignLayout.Psi, AddOne));
        yield return ("F-READY", () => new MessageCheat(ProtocolKind.Presign, MessageType.Ready, 0, (message, _) => [(byte)(message.Payload[0] ^ 1), .. message.Payload[1..]]));
        yield return ("T15a", () => new OtherShareCheat(hidesIt: true));
        yield return ("T16", () => new OtherShareCheat(hidesIt: false));
        yield return ("T07", () => new GuessedBlockCheat());
        yield return ("T13-one", () => new OtherInputCheat(rows: 1));
        yield return ("T13", () => new OtherInputCheat(rows: 128));
        yield return ("T14", () => new OtherInputCheat(rows: null));
    }

    internal delegate void Touch(IGroup group, Span<byte> at);

    internal static void Flip(IGroup group, Span<byte> at) => at[0] ^= 1;

    internal static void AddOne(IGroup group, Span<byte> at)
    {
        if (!group.TryDecodeScalar(at, out var scalar))
            throw new InvalidOperationException("no scalar stands there");
        group.AddPublic(scalar, group.One).CopyTo(at);
    }

    internal static void AddGenerator(IGroup group, Span<byte> at)
    {
        if (!group.TryDecodePoint(at, out var point))
            throw new InvalidOperationException("no point stands there");
        group.Add(point, group.Generator).Encoded.CopyTo(at);
    }

    internal static IGroup GroupOf(SessionMessage message) => Groups.For(message.Session.Terms.Suite.Curve());

    private static MessageCheat Round1(Range range, Touch touch, bool toAll = true) => new(ProtocolKind.Presign, MessageType.Round, 1, (message, _) => Bend(message, range, touch), toAll);

    private static MessageCheat Round2(Range range, Touch touch) => new(ProtocolKind.Presign, MessageType.Round, 2, (message, _) => Bend(message, range, touch));

    private static byte[] Bend(SessionMessage message, Range range, Touch touch)
    {
        byte[] bent = [.. message.Payload];
        touch(GroupOf(message), bent.AsSpan(range));
        return bent;
    }

    /// <summary>A range within a part.</summary>
    private static Range Within(Range part, Range inner)
    {
        var start = part.Start.Value;
        return (start + inner.Start.Value)..(start + inner.End.Value);
    }
}
