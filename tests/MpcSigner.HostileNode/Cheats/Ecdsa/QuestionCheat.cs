using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Identities;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Ecdsa;

/// <summary>An initiator that asks one signer another question than the rest (spec §18.3): of the same presignature, for the same request of the client.</summary>
internal sealed class QuestionCheat(Func<OnlineRequest, Hand, OnlineRequest> edit) : Cheat
{
    public static IEnumerable<(string Row, Func<OnlineRequest, Hand, OnlineRequest> Edit)> Edits =>
    [
        ("T19a", (request, hand) => request with { Digest = Drawn(hand) }),
        ("T19b", (request, _) => request with { Path = [.. request.Path, 7] }),
        ("T19c", (request, hand) => request with { Entropy = Drawn(hand) }),
        ("T19d", (request, hand) => request with { Osid = Drawn(hand) }),
    ];

    protected override byte[]? Says(SessionMessage message, Hand hand)
    {
        if (message.Type != MessageType.OnlineRequest || message.To != message.Session.Peers.First() || !SigningAsk.TryDecode(message.Payload, out var ask)
            || !OnlineRequest.TryDecode(ask.Request.Span, out var request))
            return message.Payload;
        hand.Done($"{message.To}");
        return (ask with { Request = edit(request, hand).Encode() }).Encode();
    }

    internal static Bytes32 Drawn(Hand hand)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        hand.Random.Fill(bytes);
        return new(bytes);
    }
}
