using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>M1 sent: waits for the peer's M1, then answers as B with keys and trees, M2.</summary>
/// <remarks>Spec §5.1 M2 part 1, §5.2.</remarks>
/// <param name="draft">Owned.</param>
/// <param name="choices">Our own as A; owned.</param>
/// <param name="m1">H("ot-m1"; our M1).</param>
internal sealed class AwaitingChoices(PairSetupDraft draft, BaseOtReceiver choices, Digest32 m1) : AwaitedMessage<AwaitingSeeds>(1, SetupLayout.M1)
{
    /// <summary>Of both directions.</summary>
    internal PairEpochs Epochs => new(draft.Sending.Epoch, draft.Receiving.Epoch);

    protected override Transition<AwaitingSeeds> Take(ReadOnlySpan<byte> message)
    {
        var direction = draft.Receiving;
        if (new Digest32(message[..Digest32.Size]) != direction.SessionId)
            return WithoutVerdict(FaultKind.SetupSessionMismatch);

        // M2 = setup_sid ‖ points ‖ trees ‖ z.
        var m2 = new PayloadBuffer(SetupLayout.M2);
        using var keys = SecureMemory.Allocate(2 * SetupSizes.BaseOts * SetupSizes.Node);
        using var ownKeys = keys.Borrow();
        if (!BaseOtSender.TryAnswer(
            direction.SessionId, message[SetupLayout.PointsRange], draft.Session.Random, m2.Writable[SetupLayout.PointsRange], ownKeys.Span))
        {
            m2.Dispose();
            return Blame(FaultKind.InvalidBaseOtPoint, message);
        }
        direction.SessionId.CopyTo(m2.Writable);
        var seeds = GrownTrees.Grow(direction.SessionId, ownKeys.Span, m2.Writable[SetupLayout.TreesRange]);
        draft.KeepZ(direction, SetupMessage.M1, message[SetupLayout.ZRange]);
        draft.DrawZ(direction, SetupMessage.M2, m2.Writable[SetupLayout.ZRange]);

        var id = direction.Id(SetupMessages.Digest(SetupMessage.M1, message), SetupMessages.Digest(SetupMessage.M2, m2.Span));
        return Advance(new(draft, choices, m1, new(id, direction.Epoch, seeds)), 2, m2);
    }

    protected override void Wipe()
    {
        draft.Dispose();
        choices.Dispose();
    }
}
