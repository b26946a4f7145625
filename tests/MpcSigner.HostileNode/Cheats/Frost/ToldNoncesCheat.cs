using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Signing;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Frost;

/// <summary>A coordinator that tells an accomplice which commitments it was given, and keeps its own questions back until it is honest again: its nonces stay unused so long.</summary>
internal sealed class ToldNoncesCheat : Cheat
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public override IEnumerable<NodeEffect> Does(NodeEffect effect, SessionMessage? said, Hand hand)
    {
        if (said is null || said.Type != MessageType.FrostRequest)
            return base.Does(effect, said, hand);
        var subject = said.Session.Terms.Subject;
        if (!hand.Keys.TryFind(subject, out var key) || !SigningAsk.TryDecode(said.Payload, out var ask) || !FrostRequest.TryDecode(key, subject, ask.Request.Span, out var request, out _))
            throw new InvalidOperationException("the node's own question is malformed");
        var given = request.Commitments.First(commitment => commitment.Signer == said.Session.PidOf(said.To));
        hand.Done($"{said.To} {Convert.ToHexStringLower(given.Encode())}");
        Wait(effect, said, hand);
        return [];
    }

    private static void Wait(NodeEffect effect, SessionMessage said, Hand hand) => hand.After(Pause, () =>
    {
        if (hand.IsWanted)
            Wait(effect, said, hand);
        else
            hand.Do(Hand.Say(effect, said, said.Payload));
    });
}
