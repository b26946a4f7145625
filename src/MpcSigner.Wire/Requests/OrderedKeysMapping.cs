using Google.Protobuf;
using Google.Protobuf.Collections;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;

namespace MpcSigner.Wire.Requests;

/// <summary>The keys of an order: ascending, each once, so that one set has one encoding.</summary>
internal static class OrderedKeysMapping
{
    /// <summary>Its successor must be a generation too.</summary>
    private const uint MaxGeneration = uint.MaxValue - 1;

    public static void Write(RepeatedField<V1.OrderedKey> to, IReadOnlyList<OrderedKey> keys)
    {
        foreach (var key in keys)
        {
            to.Add(new V1.OrderedKey
            {
                KeyId = ByteString.CopyFrom(key.Key.ToArray()),
                Generation = key.Generation,
                RecordHash = ByteString.CopyFrom(key.RecordHash.ToArray()),
            });
        }
    }

    public static void Write(RepeatedField<ByteString> to, IReadOnlyList<KeyId> keys) => to.Add(keys.Select(key => ByteString.CopyFrom(key.ToArray())));

    public static ServiceError? Read(RepeatedField<V1.OrderedKey> list, out OrderedKey[] keys)
    {
        keys = [];
        if (CheckCount(list.Count) is { } badCount)
            return badCount;
        var read = new OrderedKey[list.Count];
        KeyId? last = null;
        for (var i = 0; i < read.Length; i++)
        {
            var key = list[i];
            if (ReadNext(key.KeyId, ref last) is { } bad)
                return bad;
            if (key.Generation > MaxGeneration)
                return Refusal.Malformed($"generation {key.Generation} of key {last} has no successor.");
            if (key.RecordHash.Length != Digest32.Size)
                return Refusal.Malformed($"record_hash of key {last} has {key.RecordHash.Length} bytes, expected {Digest32.Size}.");
            read[i] = new(last!.Value, key.Generation, new(key.RecordHash.Span));
        }
        keys = read;
        return null;
    }

    public static ServiceError? Read(RepeatedField<ByteString> list, out KeyId[] keys)
    {
        keys = [];
        if (CheckCount(list.Count) is { } badCount)
            return badCount;
        var read = new KeyId[list.Count];
        KeyId? last = null;
        for (var i = 0; i < read.Length; i++)
        {
            if (ReadNext(list[i], ref last) is { } bad)
                return bad;
            read[i] = last!.Value;
        }
        keys = read;
        return null;
    }

    private static ServiceError? CheckCount(int count) => count is 0 or > KeyLimits.MaxBatch
        ? Refusal.Of(Reason.BadBatchSize, $"{count} keys are named; an order has 1..{KeyLimits.MaxBatch}.")
        : null;

    private static ServiceError? ReadNext(ByteString bytes, ref KeyId? last)
    {
        if (bytes.Length != KeyId.Size)
            return Refusal.Malformed($"A key id has {bytes.Length} bytes, expected {KeyId.Size}.");
        var key = new KeyId(bytes.Span);
        if (last is { } before && key.Value.CompareTo(before.Value) <= 0)
            return Refusal.Malformed($"Keys must ascend, each once: {key} follows {before}.");
        last = key;
        return null;
    }
}
