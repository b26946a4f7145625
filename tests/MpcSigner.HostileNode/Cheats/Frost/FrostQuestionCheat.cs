using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Frost;

/// <summary>A coordinator whose list B is not in order (spec §19.3 step 1), or whose question is not the client's.</summary>
internal sealed class FrostQuestionCheat(Func<byte[], int, byte[]> edit) : Cheat
{
    /// <summary>B is the end of the question: t entries of the given size.</summary>
    public static IEnumerable<(string Row, Func<byte[], int, byte[]> Edit)> Edits =>
    [
        ("list-order", (question, entry) => [.. question[..^(2 * entry)], .. question[^entry..], .. question[^(2 * entry)..^entry]]),
        ("list-short", (question, entry) => question[..^entry]),
        ("list-duplicate", (question, entry) => [.. question[..^entry], .. question[^(2 * entry)..^entry]]),
        ("other-nonces", SwapPoints),
        ("other-message", (question, _) => Flip(question, 32 + 32 + 4)),
    ];

    protected override byte[]? Says(SessionMessage message, Hand hand)
    {
        if (message.Type != MessageType.FrostRequest || !SigningAsk.TryDecode(message.Payload, out var ask))
            return message.Payload;
        hand.Done($"{message.To}");
        var entry = 2 + FrostCommitment.Size(Groups.For(message.Session.Terms.Suite.Curve()));
        return (ask with { Request = edit(ask.Request.ToArray(), entry) }).Encode();
    }

    /// <summary>D and E of every entry in each other's place: points all of them, and none the signer's.</summary>
    private static byte[] SwapPoints(byte[] question, int entry)
    {
        var point = (entry - 2) / 2;
        byte[] bent = [.. question];
        for (var at = bent.Length - 2 * entry; at < bent.Length; at += entry)
        {
            question.AsSpan(at + 2, point).CopyTo(bent.AsSpan(at + 2 + point));
            question.AsSpan(at + 2 + point, point).CopyTo(bent.AsSpan(at + 2));
        }
        return bent;
    }

    private static byte[] Flip(byte[] question, int at)
    {
        question[at] ^= 1;
        return question;
    }
}
