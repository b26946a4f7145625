using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Ecdsa;

/// <summary>Rows of online signing in which a signer's reply g ‖ u′ ‖ w is not what it must be (spec §13).</summary>
internal static class OnlineCheats
{
    public static IEnumerable<(string Row, Func<Cheat> Make)> All()
    {
        yield return ("T18a", () => Reply(Digest32.Size..(Digest32.Size + IGroup.ScalarSize), PresignCheats.AddOne));
        yield return ("T18b", () => Reply((Digest32.Size + IGroup.ScalarSize)..(Digest32.Size + 2 * IGroup.ScalarSize), PresignCheats.AddOne));
        yield return ("F-ReplyToOtherRequest", () => Reply(0..Digest32.Size, PresignCheats.Flip));
        yield return ("F-MalformedMessage", () => new MessageCheat(ProtocolKind.Presign, MessageType.OnlineReply, 0, (message, _) => message.Payload[..^1]));
        foreach (var (row, edit) in QuestionCheat.Edits)
            yield return (row, () => new QuestionCheat(edit));
        yield return ("T24", () => new OthersPresignatureCheat());
        yield return ("T25a", () => new AskAgainCheat(MessageType.OnlineRequest, whileAsked: false));
        yield return ("T25b", () => new AskAgainCheat(MessageType.OnlineRequest, whileAsked: true));
    }

    private static MessageCheat Reply(Range range, PresignCheats.Touch touch) => new(ProtocolKind.Presign, MessageType.OnlineReply, 0, (message, _) =>
    {
        byte[] bent = [.. message.Payload];
        touch(PresignCheats.GroupOf(message), bent.AsSpan(range));
        return bent;
    });
}
