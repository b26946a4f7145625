using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Frost;

/// <summary>The coordinator before round 2: waits for D ‖ E of every signer, then asks all of them in the same words.</summary>
/// <remarks>RFC 9591 §5.1, §5.2; spec §19.2, §19.3.</remarks>
public sealed class CollectingFrostCommitments(FrostCoordination coordination, SeenCommitments seen)
{
    private int _spent;

    /// <summary>Consumes this state and the inbox. The outbox holds the request for every signer, the coordinator's own pid included if it signs.</summary>
    public Transition<CollectingFrostShares> Complete(RoundInbox<RawMessage> inbox)
    {
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        List<Accusation> accused = [];
        List<FrostCommitment> commitments = [];
        var received = inbox.Take();
        var decoded = Decode(received);
        for (var i = 0; i < received.Count; i++)
        {
            var (from, raw) = received[i];
            using (raw)
            {
                if (decoded[i] is not { } commitment)
                    accused.Add(new(from, FaultKind.MalformedMessage, null, SignedStatement.DigestOf(raw.Content), []));
                else if (!seen.TryAdd(coordination.RecordHash, commitment))
                    accused.Add(new(from, FaultKind.ReusedCommitment, null, SignedStatement.DigestOf(raw.Content), []));
                else
                    commitments.Add(commitment);
            }
        }
        if (accused.Count > 0)
            return new Transition<CollectingFrostShares>.Abort(ProtocolFault.Blaming(inbox.Round, accused));

        var request = new FrostRequest(
            coordination.Osid, coordination.RecordHash, coordination.Message, coordination.Path, coordination.Mode, coordination.Root, commitments);
        if (!FrostEquation.TryCreate(coordination.Record, request, out var equation, out var refusal))
        {
            return refusal == FrostRefusal.DegenerateCommitment
                ? new Transition<CollectingFrostShares>.Abort(ProtocolFault.WithoutVerdict(inbox.Round, FaultKind.DegenerateSum, []))
                : throw new InvalidOperationException($"the request was to be signable: {refusal}");
        }
        var outbox = new Outbox();
        outbox.Broadcast(coordination.Signers, MessageType.FrostRequest, 0, request.Encode());
        return new Transition<CollectingFrostShares>.Advance(new(coordination, request, equation), outbox);
    }

    /// <summary>All points at once; null for a message that is malformed. One of another length is not even put with the others.</summary>
    private FrostCommitment?[] Decode(IReadOnlyList<(PartyId From, RawMessage Message)> received)
    {
        var size = FrostCommitment.Size(coordination.Group);
        var encoded = new byte[received.Count * size];
        PartyId[] signers = [.. received.Select(item => item.From)];
        for (var i = 0; i < signers.Length; i++)
        {
            if (received[i].Message.Content.Length == size)
                received[i].Message.Content.CopyTo(encoded.AsSpan(i * size));
        }
        var commitments = FrostCommitment.DecodeAll(coordination.Group, signers, encoded);
        for (var i = 0; i < signers.Length; i++)
        {
            if (received[i].Message.Content.Length != size)
                commitments[i] = null;
        }
        return commitments;
    }
}
