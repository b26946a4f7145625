using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Resharing.Recovery;

/// <summary>A helper's end of a recovery: its sums are on their way to the recovered party, and nothing more is to come.</summary>
/// <remarks>Spec §10.3 round 3. The helper keeps neither its sums nor what it was dealt.</remarks>
internal sealed class SumsSent : IRoundState<MaintenanceResult>
{
    private const byte Round = 3;

    private readonly MaintenanceResult _result;

    private SumsSent(MaintenanceResult result) => _result = result;

    /// <summary>T2 ‖ y_k of all keys ‖ signature, to r alone.</summary>
    public static RoundEnd<MaintenanceResult> Begin(MaintenanceSession session, Digest32 t1, RenewedKeys keys, SecretScalars sums, PartyId recovered)
    {
        using (sums)
        {
            var layout = session.Layout;
            var message = new PayloadBuffer(layout.Round3OfRecovery);
            keys.T2.CopyTo(message.Writable);
            using (var encoded = sums.Borrow())
                encoded.Span.CopyTo(message.Writable[Digest32.Size..]);
            session.Sign(Round, recovered.Value, t1, message.Span[..layout.SumsPayload], message.Writable[layout.SumsPayload..]);
            var outbox = new Outbox();
            outbox.Send(recovered, MessageType.Round, Round, message);
            return new RoundEnd<MaintenanceResult>.Next(new SumsSent(new(session.Terms, session.Self, keys, shares: null)), outbox);
        }
    }

    /// <summary>Nobody owes a helper a message of round 3: it is complete at once.</summary>
    public RoundEnd<MaintenanceResult> Complete(RoundInbox<RawMessage> inbox) => new RoundEnd<MaintenanceResult>.Last(_result, Outbox.Empty);

    public void Dispose() { }
}
