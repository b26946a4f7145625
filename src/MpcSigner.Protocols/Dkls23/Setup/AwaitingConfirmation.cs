using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>M3 sent: waits for the peer's M3, which confirms the direction in which we are B, and answers with M4.</summary>
/// <remarks>Spec §5.3.</remarks>
/// <param name="draft">Owned.</param>
/// <param name="receiving">Owned.</param>
/// <param name="sending">Owned.</param>
internal sealed class AwaitingConfirmation(PairSetupDraft draft, PairDirection<OtReceiverSeeds> receiving, PairDirection<OtSenderSeeds> sending)
    : AwaitedMessage<AwaitingActivation>(3, SetupLayout.Confirmation)
{
    protected override Transition<AwaitingActivation> Take(ReadOnlySpan<byte> message) => new Digest32(message) == receiving.Id
        ? Advance(new(draft, receiving, sending), 4, new(receiving.Id.ToArray()))
        : WithoutVerdict(FaultKind.SetupIdMismatch);

    protected override void Wipe()
    {
        draft.Dispose();
        receiving.Seeds.Dispose();
        sending.Seeds.Dispose();
    }
}
