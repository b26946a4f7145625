using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Ecdsa;

/// <summary>Rows of the pair setup (spec §5): base OT, its trees and their proof, the confirmation.</summary>
internal static class SetupCheats
{
    private const byte M1 = 1, M2 = 2, M3 = 3, M4 = 4;

    public static IEnumerable<(string Row, Func<Cheat> Make)> All()
    {
        yield return ("T01a", () => Bend(M1, points => OffCurve(SetupLayout.PointOf(points[SetupLayout.PointsRange], 5, 1))));
        yield return ("T01b", () => Bend(M1, points => SetupLayout.PointOf(points[SetupLayout.PointsRange], 5, 1).Clear()));
        yield return ("T01c", () => new MessageCheat(ProtocolKind.PairSetup, MessageType.Round, M1, (message, _) => message.Payload[..^1]));
        yield return ("T02", () => Bend(M2, points => OffCurve(SetupLayout.PointOf(points[SetupLayout.PointsRange], 9, 0))));
        // Both corrections of a level, so that the one which the peer uses is among them.
        yield return ("T03a", () => Bend(M2, message =>
        {
            message[SetupLayout.TreesRange][0] ^= 1;
            message[SetupLayout.TreesRange][SetupSizes.Node] ^= 1;
        }));
        yield return ("T03b", () => Bend(M2, message => message[SetupLayout.TreesRange][SetupLayout.Corrections] ^= 1));
        yield return ("T03c", () => Bend(M2, message => message[SetupLayout.TreesRange][SetupLayout.Corrections + SetupLayout.LeafCheck] ^= 1));
        yield return ("T04", () => new OneCorrectionCheat());
        yield return ("T05", () => new ConfirmationCheat());
    }

    private delegate void Touch(Span<byte> message);

    private static MessageCheat Bend(byte round, Touch touch) => new(ProtocolKind.PairSetup, MessageType.Round, round, (message, _) =>
    {
        byte[] bent = [.. message.Payload];
        touch(bent);
        return bent;
    });

    /// <summary>x = 5 is on no point of secp256k1.</summary>
    private static void OffCurve(Span<byte> point)
    {
        point.Clear();
        (point[0], point[^1]) = (2, 5);
    }

    /// <summary>Another setup_id in M3 and in M4.</summary>
    private sealed class ConfirmationCheat : Cheat
    {
        protected override byte[]? Says(SessionMessage message, Host.Hand hand)
        {
            if (message.Protocol != ProtocolKind.PairSetup || message.Type != MessageType.Round || message.Round is not (M3 or M4))
                return message.Payload;
            hand.Done($"{message.To}");
            return [(byte)(message.Payload[0] ^ 1), .. message.Payload[1..]];
        }
    }
}
