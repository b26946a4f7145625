using Google.Protobuf;
using Google.Protobuf.Collections;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;

namespace MpcSigner.Wire.Requests;

/// <summary>Lists of parties and of party numbers: each ascends, so that one set has one encoding.</summary>
internal static class PartiesMapping
{
    public static void Write(RepeatedField<V1.Party> to, IReadOnlyList<(PartyId Pid, NodeId Nid)> parties)
    {
        foreach (var (pid, nid) in parties)
            to.Add(new V1.Party { Pid = pid.Value, Nid = ByteString.CopyFrom(nid.ToArray()) });
    }

    public static void Write(RepeatedField<uint> to, IReadOnlyList<PartyId> pids) => to.Add(pids.Select(pid => (uint)pid.Value));

    /// <param name="what">How a refusal names the list, e.g. "parties".</param>
    public static ServiceError? Read(RepeatedField<V1.Party> list, string what, out (PartyId Pid, NodeId Nid)[] parties)
    {
        parties = [];
        var n = list.Count;
        if (n is < KeyLimits.MinThreshold or > KeyLimits.MaxParties)
            return Refusal.Of(Reason.BadParticipants, $"{n} {what} are named; a key has {KeyLimits.MinThreshold}..{KeyLimits.MaxParties}.");
        var read = new (PartyId, NodeId)[n];
        var nids = new HashSet<NodeId>();
        uint last = 0;
        for (var i = 0; i < n; i++)
        {
            var party = list[i];
            if (ReadNext(party.Pid, ref last, out var pid) is { } bad)
                return bad;
            if (party.Nid.Length != NodeId.Size)
                return Refusal.Of(Reason.BadParticipants, $"The node id of party {party.Pid} has {party.Nid.Length} bytes, expected {NodeId.Size}.");
            var nid = new NodeId(party.Nid.Span);
            if (!nids.Add(nid))
                return Refusal.Of(Reason.BadParticipants, $"Node {nid} is named twice.");
            read[i] = (pid, nid);
        }
        parties = read;
        return null;
    }

    /// <summary>Some of a key's parties, by number. Which ones an operation may have is judged with the key's record.</summary>
    /// <param name="what">How a refusal names the list, e.g. "dealers".</param>
    public static ServiceError? Read(RepeatedField<uint> list, string what, out PartyId[] pids)
    {
        pids = [];
        if (list.Count is < KeyLimits.MinThreshold or > KeyLimits.MaxParties)
            return Refusal.Of(Reason.BadParticipants, $"{list.Count} {what} are named; there are {KeyLimits.MinThreshold}..{KeyLimits.MaxParties}.");
        var read = new PartyId[list.Count];
        uint last = 0;
        for (var i = 0; i < read.Length; i++)
        {
            if (ReadNext(list[i], ref last, out read[i]) is { } bad)
                return bad;
        }
        pids = read;
        return null;
    }

    private static ServiceError? ReadNext(uint number, ref uint last, out PartyId pid)
    {
        if (!PartyId.TryCreate(number, out pid))
            return Refusal.Of(Reason.BadParticipants, $"Party number {number} is not in {PartyId.Min}..{PartyId.Max}.");
        if (number <= last)
            return Refusal.Of(Reason.BadParticipants, $"Party numbers must ascend: {number} follows {last}.");
        last = number;
        return null;
    }
}
