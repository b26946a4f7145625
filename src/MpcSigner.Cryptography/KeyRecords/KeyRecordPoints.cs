using System.Runtime.CompilerServices;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Cryptography.KeyRecords;

/// <summary>The public key of a record as a point: decoded strictly once for each record that is held, not once a signature.</summary>
public static class KeyRecordPoints
{
    private static readonly ConditionalWeakTable<KeyRecord, GroupPoint> PublicKeys = [];

    /// <summary>P.</summary>
    /// <exception cref="ArgumentException">The record's public key is no point of its group.</exception>
    public static GroupPoint PublicKey(KeyRecord record) => PublicKeys.GetValue(record, static held =>
        Groups.Groups.For(held.Suite.Curve()).TryDecodePoint(held.PublicKey.Span, out var point)
            ? point
            : throw new ArgumentException("the record holds no valid public key", nameof(record)));
}
