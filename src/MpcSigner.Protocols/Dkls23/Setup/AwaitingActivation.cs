using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>M4 sent: waits for the peer's M4, which confirms the direction in which we are A. With it both are confirmed and the pair is active.</summary>
/// <remarks>Spec §5.3.</remarks>
/// <param name="draft">Owned, and wiped here.</param>
/// <param name="receiving">Owned.</param>
/// <param name="sending">Owned.</param>
internal sealed class AwaitingActivation(PairSetupDraft draft, PairDirection<OtReceiverSeeds> receiving, PairDirection<OtSenderSeeds> sending)
    : AwaitedMessage<PairSetup>(4, SetupLayout.Confirmation)
{
    protected override Transition<PairSetup> Take(ReadOnlySpan<byte> message)
    {
        if (new Digest32(message) != sending.Id)
            return WithoutVerdict(FaultKind.SetupIdMismatch);
        using (draft)
            return new Transition<PairSetup>.Advance(new(draft.Session.Nodes, sending, receiving, draft.ZeroSeed(sending.Id, receiving.Id)), Outbox.Empty);
    }

    protected override void Wipe()
    {
        draft.Dispose();
        receiving.Seeds.Dispose();
        sending.Seeds.Dispose();
    }
}
