using Google.Protobuf;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;

namespace MpcSigner.Wire.Requests;

/// <summary>The action that makes keys: every bound of it is checked here, before any node looks at its roster.</summary>
internal static class CreateKeysMapping
{
    private const int MaxLabelLength = 64;

    public static V1.CreateKeys ToWire(RequestAction.CreateKeys action)
    {
        var message = new V1.CreateKeys
        {
            Suite = (V1.Suite)action.Suite,
            Threshold = checked((uint)action.Threshold),
            Count = checked((uint)action.Count),
            Usage = WireEnums.ToWire(action.Usage),
        };
        foreach (var (pid, nid) in action.Parties)
            message.Parties.Add(new V1.Party { Pid = pid.Value, Nid = ByteString.CopyFrom(nid.ToArray()) });
        message.Labels.Add(action.Labels);
        return message;
    }

    public static ServiceError? Read(V1.CreateKeys message, out RequestAction? action)
    {
        action = null;
        if (!WireEnums.TryRead(message.Suite, out var suite))
            return new(Reason.UnsupportedSuite, $"Suite {(int)message.Suite} is not known.", "Choose a suite of this version, e.g. SUITE_FROST_ED25519.");
        if (!WireEnums.TryRead(message.Usage, out var usage))
            return Refusal.Malformed($"usage {(int)message.Usage} is not known.");
        if (ReadParties(message, out var parties) is { } badParties)
            return badParties;
        if (message.Threshold < KeyLimits.MinThreshold || message.Threshold > (uint)parties.Length)
            return Refusal.Of(Reason.BadThreshold, $"threshold is {message.Threshold}; with {parties.Length} parties it must be {KeyLimits.MinThreshold}..{parties.Length}.");
        if (message.Count is 0 or > KeyLimits.MaxBatch)
            return Refusal.Of(Reason.BadBatchSize, $"count is {message.Count}; a request makes 1..{KeyLimits.MaxBatch} keys.");
        if (message.Labels.Count != 0 && message.Labels.Count != (int)message.Count)
            return Refusal.Of(Reason.BadBatchSize, $"{message.Labels.Count} labels for {message.Count} keys; give none, or one a key.");
        if (message.Labels.FirstOrDefault(label => !IsLabel(label)) is not null)
            return Refusal.Malformed($"A label is not 1..{MaxLabelLength} characters of A-Z a-z 0-9 . _ -");
        action = new RequestAction.CreateKeys(suite, (int)message.Threshold, parties, (int)message.Count, [.. message.Labels], usage);
        return null;
    }

    private static ServiceError? ReadParties(V1.CreateKeys message, out (PartyId, NodeId)[] parties)
    {
        parties = [];
        var n = message.Parties.Count;
        if (n is < KeyLimits.MinThreshold or > KeyLimits.MaxParties)
            return Refusal.Of(Reason.BadParticipants, $"{n} parties are named; a key has {KeyLimits.MinThreshold}..{KeyLimits.MaxParties}.");
        var read = new (PartyId, NodeId)[n];
        var nids = new HashSet<NodeId>();
        uint last = 0;
        for (var i = 0; i < n; i++)
        {
            var party = message.Parties[i];
            if (!PartyId.TryCreate(party.Pid, out var pid))
                return Refusal.Of(Reason.BadParticipants, $"Party number {party.Pid} is not in {PartyId.Min}..{PartyId.Max}.");
            if (party.Pid <= last)
                return Refusal.Of(Reason.BadParticipants, $"Party numbers must ascend: {party.Pid} follows {last}.");
            if (party.Nid.Length != NodeId.Size)
                return Refusal.Of(Reason.BadParticipants, $"The node id of party {party.Pid} has {party.Nid.Length} bytes, expected {NodeId.Size}.");
            var nid = new NodeId(party.Nid.Span);
            if (!nids.Add(nid))
                return Refusal.Of(Reason.BadParticipants, $"Node {nid} is named twice.");
            last = party.Pid;
            read[i] = (pid, nid);
        }
        parties = read;
        return null;
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= MaxLabelLength && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
