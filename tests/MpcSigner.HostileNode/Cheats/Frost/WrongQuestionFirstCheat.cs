using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Frost;

/// <summary>A coordinator that asks a wrong question first and its machine's own after it is refused, over the same nonces: they are kept exactly where the second is answered (spec §19.3).</summary>
internal sealed class WrongQuestionFirstCheat(WrongQuestionFirstCheat.Rewording reword) : Cheat
{
    /// <param name="key">As the coordinator knows it.</param>
    /// <returns>Null: this signer is asked the right question only.</returns>
    internal delegate FrostRequest? Rewording(FrostRequest request, KeyRecord key, SessionMessage message, Hand hand);

    public static IEnumerable<(string Row, Rewording Reword)> Rewordings =>
    [
        ("kept-list-order", (request, _, _, _) => request with { Commitments = [.. request.Commitments.Reverse()] }),
        ("kept-duplicate", (request, _, _, _) => request with { Commitments = [.. request.Commitments.SkipLast(1), request.Commitments[^2]] }),
        ("kept-own-missing", WithoutTheSigner),
        ("kept-generation", (request, key, _, hand) => request with { KeyRecordHash = hand.Keys.BeforeOf(key) }),
        ("kept-others-nonces", WithNoncesOfAnotherCoordinator),
    ];

    public override IEnumerable<NodeEffect> Does(NodeEffect effect, SessionMessage? said, Hand hand)
    {
        if (said is null || said.Type != MessageType.FrostRequest || effect is not NodeEffect.CallPeer { Body: PeerCall.PartialSign body })
            return base.Does(effect, said, hand);
        var subject = said.Session.Terms.Subject;
        if (!hand.Keys.TryFind(subject, out var key) || !SigningAsk.TryDecode(said.Payload, out var ask) || !FrostRequest.TryDecode(key, subject, ask.Request.Span, out var request, out _))
            throw new InvalidOperationException("the node's own question is malformed");
        if (reword(request, key, said, hand) is not { } wrong)
            return base.Does(effect, said, hand);
        var envelope = said.Session.Seal(said.To, said.Type, 0, (ask with { Request = wrong.Encode() }).Encode());
        hand.Call(said.To, body with { Envelope = envelope }, answer =>
        {
            hand.Done(Words(answer));
            hand.Do(Hand.Say(effect, said, said.Payload));
        });
        return [];
    }

    private static string Words(NodeEvent answer) => answer switch
    {
        NodeEvent.PeerAnswered { Reply: PeerReply.NotSigned declined } => declined.Error.Message,
        NodeEvent.PeerAnswered answered => answered.Reply.GetType().Name,
        _ => answer.GetType().Name,
    };

    /// <summary>In the place of the signer's entry stands one of a party that is not asked.</summary>
    private static FrostRequest WithoutTheSigner(FrostRequest request, KeyRecord key, SessionMessage message, Hand hand)
    {
        var (signer, other) = (message.Session.PidOf(message.To), key.Parties.First(party => !request.Signers.Contains(party.Pid)).Pid);
        return request with
        {
            Commitments = [.. request.Commitments.Select(commitment => commitment.Signer == signer ? commitment with { Signer = other } : commitment).OrderBy(commitment => commitment.Signer)],
        };
    }

    /// <summary>The argument is what the other coordinator was given: nid of the signer, D ‖ E.</summary>
    private static FrostRequest? WithNoncesOfAnotherCoordinator(FrostRequest request, KeyRecord key, SessionMessage message, Hand hand)
    {
        var words = hand.Argument.Split(' ');
        if ($"{message.To}" != words[0])
            return null;
        var signer = message.Session.PidOf(message.To);
        return FrostCommitment.TryDecode(Ecdsa.PresignCheats.GroupOf(message), signer, Convert.FromHexString(words[1]), out var given)
            ? request with { Commitments = [.. request.Commitments.Select(commitment => commitment.Signer == signer ? given : commitment)] }
            : throw new InvalidOperationException("the argument is no commitment");
    }
}
