using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats;

/// <summary>What is said instead of a message; null: nothing.</summary>
internal delegate byte[]? Rewording(SessionMessage message, Hand hand);

/// <summary>One message of one protocol is reworded, whoever it goes to.</summary>
/// <param name="toAll">False: one victim is told otherwise, the party of the lowest number.</param>
internal sealed class MessageCheat(ProtocolKind protocol, MessageType type, byte round, Rewording reword, bool toAll = true) : Cheat
{
    protected override byte[]? Says(SessionMessage message, Hand hand)
    {
        if (message.Protocol != protocol || message.Type != type || message.Round != round || (!toAll && message.To != message.Session.Peers.First()))
            return message.Payload;
        hand.Done($"{message.To}");
        return reword(message, hand);
    }
}
