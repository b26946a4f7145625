using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Keys;

namespace MpcSigner.Protocols.Resharing;

/// <summary>
/// The present records as the dealers send them in round 1 of reshare and recovery: each must be the order's, and then all copies are identical (spec §10).
/// A newcomer or a recovering node learns the records only so, from t signed copies.
/// </summary>
internal sealed class RecordCopies
{
    private readonly MaintenanceSession _session;
    private readonly int _size;
    private byte[]? _good;
    private PresentKeys? _present;

    public RecordCopies(MaintenanceSession session)
    {
        _session = session;
        _size = session.Layout.RecordSize;
        _present = session.Present;
        if (_present is not null && _size > 0)
            _good = [.. _present.Records.SelectMany(KeyRecordEncoding.Encode)];
    }

    /// <summary>The records: those the session began with, or the first good copy.</summary>
    /// <exception cref="InvalidOperationException">No copy was judged good.</exception>
    public PresentKeys Present => _present ?? throw new InvalidOperationException("no dealer's records were accepted");

    /// <summary>The same; null as long as no copy was judged good.</summary>
    public PresentKeys? Known => _present;

    /// <summary>Judges one dealer's copy, of the exact length; nothing is sent, and all is good, in a refresh.</summary>
    /// <param name="key">The first key whose record is not the order's; null when the copy is good.</param>
    public bool IsGood(ReadOnlySpan<byte> copy, out int? key)
    {
        key = null;
        if (_size == 0 || (_good is not null && copy.SequenceEqual(_good)))
            return true;
        if (!TryRead(copy, out var records, out key))
            return false;
        // Every record has its KH_k. That their points decode, and how much of the order they repeat, is the same for every copy.
        if (PresentKeys.Decode(_session.Group, _session.Terms, records) is not { } present)
        {
            key = 0;
            return false;
        }
        _present ??= present;
        _good ??= copy.ToArray();
        return true;
    }

    private bool TryRead(ReadOnlySpan<byte> copy, [NotNullWhen(true)] out KeyRecord[]? records, out int? key)
    {
        (records, key) = (null, null);
        var read = new KeyRecord[_session.Layout.Count];
        for (var k = 0; k < read.Length; k++)
        {
            if (!KeyRecordEncoding.TryDecode(_session.Terms.Suite, copy.Slice(k * _size, _size), out var record)
                || !PresentKeys.IsOrdered(_session.Terms, k, record!))
            {
                key = k;
                return false;
            }
            read[k] = record!;
        }
        records = read;
        return true;
    }
}
