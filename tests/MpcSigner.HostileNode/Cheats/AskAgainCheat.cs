using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Identities;
using MpcSigner.HostileNode.Cheats.Ecdsa;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats;

/// <summary>A coordinator that asks each co-signer a second time with the same piece of material: two answers would be two equations in which only the co-signer's secrets are unknown.</summary>
/// <param name="whileAsked">At once, before the first is answered; else when it has been.</param>
internal sealed class AskAgainCheat(MessageType question, bool whileAsked) : Cheat
{
    private readonly Dictionary<Token, (NodeEffect.CallPeer Call, SessionMessage Said)> _asked = [];

    public override IEnumerable<NodeEffect> Does(NodeEffect effect, SessionMessage? said, Hand hand)
    {
        List<NodeEffect> done = [.. base.Does(effect, said, hand)];
        if (effect is NodeEffect.CallPeer call && said is not null && said.Type == question)
        {
            if (whileAsked)
                Again(call, said, hand);
            else
                _asked.Add(call.Token, (call, said));
        }
        return done;
    }

    public override NodeEvent? Hears(NodeEvent happened, Hand hand)
    {
        if (happened is NodeEvent.PeerAnswered { Reply: PeerReply.PartiallySigned } answered && _asked.Remove(answered.Token, out var asked))
            Again(asked.Call, asked.Said, hand);
        return happened;
    }

    private static void Again(NodeEffect.CallPeer call, SessionMessage said, Hand hand)
    {
        if (call.Body is not PeerCall.PartialSign ask || !SigningAsk.TryDecode(said.Payload, out var first))
            throw new InvalidOperationException("the node's own question is malformed");
        var envelope = said.Session.Seal(said.To, said.Type, 0, (first with { Request = Reworded(first.Request, hand) }).Encode());
        hand.Call(said.To, ask with { Envelope = envelope }, answer => hand.Done(answer is NodeEvent.PeerAnswered { Reply: var reply } ? reply.GetType().Name : answer.GetType().Name));
    }

    /// <summary>ECDSA: another rerandomiser. FROST: another osid over the same commitments, to be answered by the same nonce.</summary>
    private static byte[] Reworded(ReadOnlyMemory<byte> asked, Hand hand) => OnlineRequest.TryDecode(asked.Span, out var request)
        ? (request with { Osid = QuestionCheat.Drawn(hand), Entropy = QuestionCheat.Drawn(hand) }).Encode()
        : [.. QuestionCheat.Drawn(hand).ToArray(), .. asked.Span[Bytes32.Size..]];
}
