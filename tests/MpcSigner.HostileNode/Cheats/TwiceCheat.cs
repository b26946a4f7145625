using MpcSigner.Coordination.Boundary;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats;

/// <summary>Sends a second, different message of the same round right behind the first (spec §4.6), to one victim.</summary>
internal sealed class TwiceCheat(ProtocolKind protocol, byte round) : Cheat
{
    public override IEnumerable<NodeEffect> Does(NodeEffect effect, SessionMessage? said, Hand hand)
    {
        foreach (var one in base.Does(effect, said, hand))
            yield return one;
        if (said is null || said.Protocol != protocol || said.Type != MessageType.Round || said.Round != round || said.To != said.Session.Peers.First())
            yield break;
        hand.Done($"{said.To}");
        yield return Hand.Say(effect, said, [.. said.Payload[..^1], (byte)(said.Payload[^1] ^ 1)]);
    }
}
