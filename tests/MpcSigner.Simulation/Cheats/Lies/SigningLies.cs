using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Simulation.Cheats.Lies;

/// <summary>What signers and coordinators can say wrongly once material is there (spec §13, §19): answers, commitments, questions, READY and ACKs.</summary>
internal static class SigningLies
{
    private const int ScalarSize = 32;

    public static IReadOnlyList<Lie> All { get; } =
    [
        Of("T18a@online", ProtocolKind.Presign, MessageType.OnlineReply, Verdict.None, draft => draft.Nudge(ScalarSize..(2 * ScalarSize)).Payload),
        Of("T18b@online", ProtocolKind.Presign, MessageType.OnlineReply, Verdict.None, draft => draft.Nudge((2 * ScalarSize)..(3 * ScalarSize)).Payload),
        Of("g@online", ProtocolKind.Presign, MessageType.OnlineReply, Verdict.Named, draft => draft.Flip(0..ScalarSize).Payload),
        Of("length@online", ProtocolKind.Presign, MessageType.OnlineReply, Verdict.Named, draft => draft.OtherLength().Payload),
        Of("T19c@online", ProtocolKind.Presign, MessageType.OnlineRequest, Verdict.None, draft => Reworded(draft, request => request with { Entropy = Random(draft) })),
        Of("T19d@online", ProtocolKind.Presign, MessageType.OnlineRequest, Verdict.None, draft => Reworded(draft, request => request with { Osid = Random(draft) })),
        Of("T19a@online", ProtocolKind.Presign, MessageType.OnlineRequest, Verdict.None, draft => Reworded(draft, request => request with { Digest = Random(draft) })),
        Of("T19b@online", ProtocolKind.Presign, MessageType.OnlineRequest, Verdict.None, draft => Reworded(draft, request => request with { Path = [7] })),
        Of("T24@online", ProtocolKind.Presign, MessageType.OnlineRequest, Verdict.None, draft => Reworded(draft, request => request with { Presignature = new(Random(draft).ToArray()) })),
        Of("ready@presign", ProtocolKind.Presign, MessageType.Ready, Verdict.None, draft => draft.Flip(Range.All).Payload),
        Of("start@presign", ProtocolKind.Presign, MessageType.Start, Verdict.None, draft => draft.Flip(Range.All).Payload),
        Of("R19@frost", ProtocolKind.Frost, MessageType.FrostShare, Verdict.Named, draft => draft.Flip(0..31).Payload),
        Of("R18@frost", ProtocolKind.Frost, MessageType.FrostShare, Verdict.None, draft => draft.Flip(ScalarSize..(3 * ScalarSize)).Payload),
        Of("R20@frost", ProtocolKind.Frost, MessageType.FrostShare, Verdict.None, draft => draft.OtherLength().Payload),
        Of("commitment@frost", ProtocolKind.Frost, MessageType.FrostCommitment, Verdict.None, draft => draft.Flip(Range.All).Payload),
        Of("request@frost", ProtocolKind.Frost, MessageType.FrostRequest, Verdict.None, draft => draft.Flip(Range.All).Payload),
        Of("start@frost", ProtocolKind.Frost, MessageType.Start, Verdict.None, draft => draft.Flip(Range.All).Payload),
        .. Ends(ProtocolKind.Dkg, "dkg"),
        .. Ends(ProtocolKind.Refresh, "refresh"),
        .. Ends(ProtocolKind.Reshare, "reshare"),
        Of("done@refresh", ProtocolKind.Refresh, MessageType.Done, Verdict.None, draft => draft.Flip(Range.All).Payload),
        Of("done@reshare", ProtocolKind.Reshare, MessageType.Done, Verdict.None, draft => draft.Flip(Range.All).Payload),
        Of("start@dkg", ProtocolKind.Dkg, MessageType.Start, Verdict.None, draft => draft.Flip(Range.All).Payload),
        Of("start@recovery", ProtocolKind.Recovery, MessageType.Start, Verdict.None, draft => draft.Flip(Range.All).Payload),
        Of("done@recovery", ProtocolKind.Recovery, MessageType.Done, Verdict.None, draft => draft.Flip(Range.All).Payload),
    ];

    private static IEnumerable<Lie> Ends(ProtocolKind protocol, string name) =>
    [
        Of($"ready@{name}", protocol, MessageType.Ready, Verdict.None, draft => draft.Flip(Range.All).Payload),
        Of($"ack@{name}", protocol, MessageType.Ack, Verdict.None, draft => draft.Flip(Range.All).Payload),
        Of($"certificate@{name}", protocol, MessageType.Certificate, Verdict.None, draft => draft.Flip(Range.All).Payload),
    ];

    private static byte[]? Reworded(Draft draft, Func<OnlineRequest, OnlineRequest> change) =>
        SigningAsk.TryDecode(draft.Payload, out var ask) && OnlineRequest.TryDecode(ask.Request.Span, out var request)
            ? new SigningAsk(change(request).Encode(), ask.Acks).Encode()
            : null;

    private static Bytes32 Random(Draft draft) => new(draft.Random.Bytes(Bytes32.Size));

    private static Lie Of(string row, ProtocolKind protocol, MessageType type, Verdict verdict, Func<Draft, byte[]?> tell) =>
        new(row, protocol, type, 0, verdict, OneVictim: true, draft => draft.Payload.Length == 0 ? null : tell(draft));
}
