using Google.Protobuf;
using Google.Protobuf.Collections;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;

namespace MpcSigner.Wire.Requests;

/// <summary>Refresh, reshare and recovery: lengths, counts and orderings. What the sets mean to each other is judged with the protocol's terms.</summary>
internal static class MaintenanceMapping
{
    private const int MaxScheduleNameLength = 32;

    private sealed record Shared(Suite Suite, OrderedKey[] Keys, int Threshold, (PartyId Pid, NodeId Nid)[] Parties);

    public static V1.Refresh ToWire(MaintenanceAction.Refresh action)
    {
        var message = new V1.Refresh { Suite = (V1.Suite)action.Suite, Attempt = action.Attempt, Threshold = checked((uint)action.Threshold) };
        OrderedKeysMapping.Write(message.Keys, action.Keys);
        PartiesMapping.Write(message.Parties, action.Parties);
        if (action.Schedule is { } schedule)
            message.Schedule = new() { Roster = ByteString.CopyFrom(schedule.Roster.ToArray()), Schedule = schedule.Schedule, Index = schedule.Index };
        return message;
    }

    public static V1.Reshare ToWire(MaintenanceAction.Reshare action)
    {
        var message = new V1.Reshare
        {
            Suite = (V1.Suite)action.Suite,
            Attempt = action.Attempt,
            Threshold = checked((uint)action.Threshold),
            NewThreshold = checked((uint)action.NewThreshold),
            LowersThreshold = action.LowersThreshold,
        };
        OrderedKeysMapping.Write(message.Keys, action.Keys);
        PartiesMapping.Write(message.Parties, action.Parties);
        PartiesMapping.Write(message.Dealers, action.Dealers);
        PartiesMapping.Write(message.NewParties, action.NewParties);
        return message;
    }

    public static V1.Recover ToWire(MaintenanceAction.Recover action)
    {
        var message = new V1.Recover
        {
            Suite = (V1.Suite)action.Suite,
            Attempt = action.Attempt,
            Threshold = checked((uint)action.Threshold),
            Recovered = action.Recovered.Value,
        };
        OrderedKeysMapping.Write(message.Keys, action.Keys);
        PartiesMapping.Write(message.Parties, action.Parties);
        PartiesMapping.Write(message.Helpers, action.Helpers);
        return message;
    }

    public static ServiceError? Read(V1.Refresh message, out RequestAction? action)
    {
        action = null;
        if (ReadShared(message.Suite, message.Attempt, message.Keys, message.Threshold, message.Parties, out var shared) is { } bad)
            return bad;
        ScheduleInstance? schedule = null;
        if (message.Schedule is not null && ReadSchedule(message.Schedule, out schedule) is { } badSchedule)
            return badSchedule;
        action = new MaintenanceAction.Refresh(shared!.Suite, message.Attempt, shared.Keys, shared.Threshold, shared.Parties) { Schedule = schedule };
        return null;
    }

    public static ServiceError? Read(V1.Reshare message, out RequestAction? action)
    {
        action = null;
        if (ReadShared(message.Suite, message.Attempt, message.Keys, message.Threshold, message.Parties, out var shared) is { } bad)
            return bad;
        if (PartiesMapping.Read(message.Dealers, "dealers", out var dealers) is { } badDealers)
            return badDealers;
        if (PartiesMapping.Read(message.NewParties, "new parties", out var newParties) is { } badParties)
            return badParties;
        if (CheckThreshold("new_threshold", message.NewThreshold, newParties.Length) is { } badThreshold)
            return badThreshold;
        action = new MaintenanceAction.Reshare(shared!.Suite, message.Attempt, shared.Keys, shared.Threshold, shared.Parties,
            dealers, (int)message.NewThreshold, newParties, message.LowersThreshold);
        return null;
    }

    public static ServiceError? Read(V1.Recover message, out RequestAction? action)
    {
        action = null;
        if (ReadShared(message.Suite, message.Attempt, message.Keys, message.Threshold, message.Parties, out var shared) is { } bad)
            return bad;
        if (PartiesMapping.Read(message.Helpers, "helpers", out var helpers) is { } badHelpers)
            return badHelpers;
        if (!PartyId.TryCreate(message.Recovered, out var recovered))
            return Refusal.Of(Reason.BadParticipants, $"Party number {message.Recovered} is not in {PartyId.Min}..{PartyId.Max}.");
        action = new MaintenanceAction.Recover(shared!.Suite, message.Attempt, shared.Keys, shared.Threshold, shared.Parties, helpers, recovered);
        return null;
    }

    private static ServiceError? ReadShared(
        V1.Suite suite, uint attempt, RepeatedField<V1.OrderedKey> keys, uint threshold, RepeatedField<V1.Party> parties, out Shared? shared)
    {
        shared = null;
        if (!WireEnums.TryRead(suite, out var known))
            return Refusal.Of(Reason.UnsupportedSuite, $"Suite {(int)suite} is not known.");
        if (attempt == 0)
            return Refusal.Malformed("attempt is missing; attempts count from 1.");
        if (OrderedKeysMapping.Read(keys, out var readKeys) is { } badKeys)
            return badKeys;
        if (PartiesMapping.Read(parties, "parties", out var readParties) is { } badParties)
            return badParties;
        if (CheckThreshold("threshold", threshold, readParties.Length) is { } badThreshold)
            return badThreshold;
        shared = new(known, readKeys, (int)threshold, readParties);
        return null;
    }

    private static ServiceError? CheckThreshold(string field, uint threshold, int parties) =>
        threshold < KeyLimits.MinThreshold || threshold > (uint)parties
            ? Refusal.Of(Reason.BadThreshold, $"{field} is {threshold}; with {parties} parties it must be {KeyLimits.MinThreshold}..{parties}.")
            : null;

    private static ServiceError? ReadSchedule(V1.ScheduleInstance message, out ScheduleInstance? schedule)
    {
        schedule = null;
        if (message.Roster.Length != Digest32.Size)
            return Refusal.Malformed($"The roster hash of a schedule has {message.Roster.Length} bytes, expected {Digest32.Size}.");
        var name = message.Schedule;
        if (name.Length is 0 or > MaxScheduleNameLength || !name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
            return Refusal.Malformed($"The name of a schedule is 1..{MaxScheduleNameLength} characters of a-z 0-9 -");
        schedule = new(new(message.Roster.Span), name, message.Index);
        return null;
    }
}
