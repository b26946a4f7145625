using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>M0 sent: waits for the peer's M0, then chooses as A and sends M1.</summary>
/// <remarks>Spec §5, §5.1 M1. Holds no secret.</remarks>
internal sealed class AwaitingHandshake(PairSetupSession session, PairHandshake own) : AwaitedMessage<AwaitingChoices>(0, SetupLayout.M0)
{
    protected override Transition<AwaitingChoices> Take(ReadOnlySpan<byte> message)
    {
        if (SetupDirection.Agree(session.Nodes, own, PairHandshake.Decode(message)) is not var (sending, receiving))
            return WithoutVerdict(FaultKind.EpochGap);

        // M1 = setup_sid ‖ points ‖ z.
        var m1 = new PayloadBuffer(SetupLayout.M1);
        sending.SessionId.CopyTo(m1.Writable);
        var choices = BaseOtReceiver.Choose(sending.SessionId, session.Random, m1.Writable[SetupLayout.PointsRange]);
        var draft = new PairSetupDraft(session, sending, receiving);
        draft.DrawZ(sending, SetupMessage.M1, m1.Writable[SetupLayout.ZRange]);
        return Advance(new(draft, choices, SetupMessages.Digest(SetupMessage.M1, m1.Span)), 1, m1);
    }

    protected override void Wipe() { }
}
