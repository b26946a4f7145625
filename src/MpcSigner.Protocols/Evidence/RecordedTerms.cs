using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Evidence;

/// <summary>
/// The terms of a refresh, reshare or recovery from what its context binds: the present records (by KH_old) and the inputs of the session. The order's own words are not needed for them:
/// whoever signed under the context signed for exactly these.
/// </summary>
internal static class RecordedTerms
{
    /// <summary>An attempt is bound by H(order) alone, and no term depends on it.</summary>
    private const uint AnyAttempt = 1;

    public static bool TryRead(
        ProtocolKind protocol, IReadOnlyList<KeyRecord> records, ReadOnlySpan<byte> inputs, [NotNullWhen(true)] out MaintenanceInput? input)
    {
        input = null;
        var reader = new ByteReader(inputs);
        if (!reader.U8(out _) || !reader.Bytes32(out _) || !reader.Bytes32(out var order))
            return false;
        // Version, KH_old and whatever else is repeated here are compared byte for byte in the end.
        return ReadAction(ref reader, protocol, records) is { } action
            && MaintenanceTerms.TryCreate(action, new(order), out var terms, out _) && MaintenanceInput.TryDecode(terms, inputs, out input);
    }

    private static MaintenanceAction? ReadAction(ref ByteReader reader, ProtocolKind protocol, IReadOnlyList<KeyRecord> records)
    {
        var first = records[0];
        IReadOnlyList<(PartyId Pid, NodeId Nid)> parties = [.. first.Parties.Select(party => (party.Pid, party.Nid))];
        if (records.Any(record => record.Threshold != first.Threshold || !record.Parties.Select(party => (party.Pid, party.Nid)).SequenceEqual(parties)))
            return null;
        IReadOnlyList<OrderedKey> keys = [.. records.Select(record => new OrderedKey(record.KeyId, record.Generation, KeyRecordHash.Compute(record)))];
        if (protocol == ProtocolKind.Refresh)
            return new MaintenanceAction.Refresh(first.Suite, AnyAttempt, keys, first.Threshold, parties);
        if (!TryReadParties(ref reader, out var dealers))
            return null;
        IReadOnlyList<PartyId> pids = [.. dealers.Select(dealer => dealer.Pid)];
        if (protocol == ProtocolKind.Recovery)
        {
            return reader.U16(out var recovered) && recovered != 0
                ? new MaintenanceAction.Recover(first.Suite, AnyAttempt, keys, first.Threshold, parties, pids, new(recovered))
                : null;
        }
        return TryReadParties(ref reader, out var newParties) && reader.U8(out var threshold)
            ? new MaintenanceAction.Reshare(first.Suite, AnyAttempt, keys, first.Threshold, parties, pids, threshold, newParties, threshold < first.Threshold)
            : null;
    }

    private static bool TryReadParties(ref ByteReader reader, [NotNullWhen(true)] out IReadOnlyList<(PartyId Pid, NodeId Nid)>? parties)
    {
        parties = null;
        if (!reader.U16(out var count) || count > KeyLimits.MaxParties)
            return false;
        var read = new (PartyId, NodeId)[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.U16(out var pid) || pid == 0 || !reader.Bytes32(out var nid))
                return false;
            read[i] = (new(pid), new(nid));
        }
        parties = read;
        return true;
    }
}
