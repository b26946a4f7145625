using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>M2 sent: waits for the peer's M2, evaluates it as A and sends M3.</summary>
/// <remarks>Spec §5.1 "A on M2", §5.2 "A evaluates", §5.3.</remarks>
/// <param name="draft">Owned.</param>
/// <param name="choices">Our own as A; owned, and wiped here.</param>
/// <param name="m1">H("ot-m1"; our M1).</param>
/// <param name="receiving">Our result as B; owned.</param>
internal sealed class AwaitingSeeds(PairSetupDraft draft, BaseOtReceiver choices, Digest32 m1, PairDirection<OtReceiverSeeds> receiving)
    : AwaitedMessage<AwaitingConfirmation>(2, SetupLayout.M2)
{
    protected override Transition<AwaitingConfirmation> Take(ReadOnlySpan<byte> message)
    {
        var direction = draft.Sending;
        if (new Digest32(message[..Digest32.Size]) != direction.SessionId)
            return WithoutVerdict(FaultKind.SetupSessionMismatch);

        using (choices)
        {
            using var keys = SecureMemory.Allocate(SetupSizes.BaseOts * SetupSizes.Node);
            using var ownKeys = keys.Borrow();
            if (!choices.TryDerive(message[SetupLayout.PointsRange], ownKeys.Span))
                return Blame(FaultKind.InvalidBaseOtPoint, message);
            using var bits = choices.Choices.Borrow();
            if (PuncturedTrees.TryPuncture(direction.SessionId, bits.Span, ownKeys.Span, message[SetupLayout.TreesRange]) is not { } seeds)
                return Blame(FaultKind.BadSeedProof, message);
            draft.KeepZ(direction, SetupMessage.M2, message[SetupLayout.ZRange]);

            var id = direction.Id(m1, SetupMessages.Digest(SetupMessage.M2, message));
            return Advance(new(draft, receiving, new(id, direction.Epoch, seeds)), 3, new(id.ToArray()));
        }
    }

    protected override void Wipe()
    {
        draft.Dispose();
        choices.Dispose();
        receiving.Seeds.Dispose();
    }
}
