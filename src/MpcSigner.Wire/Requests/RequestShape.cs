using System.Collections.Frozen;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;

namespace MpcSigner.Wire.Requests;

/// <summary>Bounds a body before it is parsed: a parser makes an object of every two bytes of repeated messages, so counts are taken first, without allocating.</summary>
internal static class RequestShape
{
    /// <summary>A varint of 32 bits has at most 5 bytes (10 when sign-extended, which no canonical body holds).</summary>
    private const int MaxVarintBytes = 5;

    /// <summary>A repeated field of an action.</summary>
    /// <param name="Number">In request.proto.</param>
    /// <param name="Packed">Integers in one block: its bytes are counted, not its occurrences.</param>
    private sealed record Repeated(int Number, int Max, Reason Reason, string What, bool Packed = false);

    private static readonly Repeated CreatedParties = new(V1.CreateKeys.PartiesFieldNumber, KeyLimits.MaxParties, Reason.BadParticipants, "parties");
    private static readonly Repeated Labels = new(V1.CreateKeys.LabelsFieldNumber, KeyLimits.MaxBatch, Reason.BadBatchSize, "labels");
    private static readonly Repeated Path = new(V1.Sign.PathFieldNumber, RequestAction.Sign.MaxPathLength, Reason.BadDerivationPath, "indices of a derivation path", Packed: true);
    // Refresh, reshare and recovery number alike what they share.
    private static readonly Repeated OrderedKeys = new(V1.Refresh.KeysFieldNumber, KeyLimits.MaxBatch, Reason.BadBatchSize, "keys");
    private static readonly Repeated Parties = new(V1.Refresh.PartiesFieldNumber, KeyLimits.MaxParties, Reason.BadParticipants, "parties");
    private static readonly Repeated Dealing = new(V1.Reshare.DealersFieldNumber, KeyLimits.MaxParties, Reason.BadParticipants, "dealers or helpers", Packed: true);
    private static readonly Repeated NewParties = new(V1.Reshare.NewPartiesFieldNumber, KeyLimits.MaxParties, Reason.BadParticipants, "new parties");
    private static readonly Repeated DestroyedKeys = new(V1.Destroy.KeysFieldNumber, KeyLimits.MaxBatch, Reason.BadBatchSize, "keys");

    /// <summary>The actions by their number in request.proto. One that is missing here would be parsed unbounded: a test compares with the message itself.</summary>
    private static readonly FrozenDictionary<int, Repeated[]> Actions = new Dictionary<int, Repeated[]>
    {
        [V1.RequestBody.CreateKeysFieldNumber] = [CreatedParties, Labels],
        [V1.RequestBody.SignFieldNumber] = [Path],
        [V1.RequestBody.RefreshFieldNumber] = [OrderedKeys, Parties],
        [V1.RequestBody.ReshareFieldNumber] = [OrderedKeys, Parties, Dealing, NewParties],
        [V1.RequestBody.RecoverFieldNumber] = [OrderedKeys, Parties, Dealing],
        [V1.RequestBody.DestroyFieldNumber] = [DestroyedKeys],
        [V1.RequestBody.CancelDestructionFieldNumber] = [],
        [V1.RequestBody.EndAttemptFieldNumber] = [],
        [V1.RequestBody.CancelJobFieldNumber] = [],
    }.ToFrozenDictionary();

    private const int VarintWire = 0;
    private const int Fixed64Wire = 1;
    private const int LengthWire = 2;
    private const int Fixed32Wire = 5;

    /// <summary>Null when the body may be parsed.</summary>
    public static ServiceError? Check(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
            return Refusal.Malformed("The request body is empty.");
        if (body.Length > SignedRequest.MaxBodyBytes)
            return Refusal.Malformed($"The request body has {body.Length} bytes, at most {SignedRequest.MaxBodyBytes} are allowed.");
        var rest = body;
        var actions = 0;
        while (!rest.IsEmpty)
        {
            if (!Next(ref rest, out var field, out var value))
                return Refusal.Malformed("The request body is truncated or not a RequestBody message.");
            if (!Actions.TryGetValue(field, out var lists))
                continue; // judged by the canonical comparison
            // A parser merges what comes twice, so that the counts of each would add up.
            if (++actions > 1)
                return Refusal.Malformed("The request has more than one action: that is no canonical body.");
            if (CheckAction(value, lists) is { } error)
                return error;
        }
        return null;
    }

    private static ServiceError? CheckAction(ReadOnlySpan<byte> rest, Repeated[] lists)
    {
        Span<int> counts = stackalloc int[lists.Length];
        while (!rest.IsEmpty)
        {
            if (!Next(ref rest, out var field, out var value))
                return Refusal.Malformed("The action is truncated.");
            for (var i = 0; i < lists.Length; i++)
            {
                var list = lists[i];
                if (list.Number != field)
                    continue;
                counts[i] += list.Packed ? Math.Max(value.Length, 1) : 1;
                if (counts[i] > (list.Packed ? list.Max * MaxVarintBytes : list.Max))
                    return Refusal.Of(list.Reason, $"More than {list.Max} {list.What} are given.");
            }
        }
        return null;
    }

    /// <summary>Steps over one field; <paramref name="value"/> is filled for length-delimited ones.</summary>
    private static bool Next(ref ReadOnlySpan<byte> rest, out int field, out ReadOnlySpan<byte> value)
    {
        field = 0;
        value = default;
        if (!Varint(ref rest, out var tag) || tag > uint.MaxValue)
            return false;
        field = (int)(tag >> 3);
        switch ((int)(tag & 7))
        {
            case VarintWire:
                return Varint(ref rest, out _);
            case Fixed64Wire:
                return Take(ref rest, 8, out _);
            case Fixed32Wire:
                return Take(ref rest, 4, out _);
            case LengthWire:
                return Varint(ref rest, out var length) && Take(ref rest, length, out value);
            default:
                return false; // groups: no field of ours is one
        }
    }

    private static bool Varint(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        for (var i = 0; i < 10 && i < rest.Length; i++)
        {
            value |= (ulong)(rest[i] & 0x7f) << (7 * i);
            if (rest[i] < 0x80)
            {
                rest = rest[(i + 1)..];
                return true;
            }
        }
        return false;
    }

    private static bool Take(ref ReadOnlySpan<byte> rest, ulong count, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (count > (ulong)rest.Length)
            return false;
        value = rest[..(int)count];
        rest = rest[(int)count..];
        return true;
    }
}
