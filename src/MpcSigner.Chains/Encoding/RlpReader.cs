using System.Numerics;

namespace MpcSigner.Chains.Encoding;

/// <summary>
/// Reads RLP item by item in the one encoding that each value has: lengths in their shortest form, a byte below 0x80 as itself, integers without
/// leading zeros, lists that end exactly where they say. The first breach stops the reading: <see cref="Problem"/> names rule and offset.
/// </summary>
/// <remarks>Source: Ethereum Yellow Paper, appendix B; ethereum.org/developers/docs/data-structures-and-encoding/rlp. For public values.</remarks>
internal ref struct RlpReader
{
    /// <summary>Lists within lists. Transactions need four: transaction, access list, entry, keys.</summary>
    public const int MaxDepth = 4;

    /// <summary>Strings and lists in all. A transaction of 128 KiB has room for about 3,900 storage keys.</summary>
    public const int MaxItems = 4_096;

    /// <summary>Integers are 256-bit words.</summary>
    public const int MaxIntegerBytes = 32;

    private const byte StringBase = 0x80;
    private const byte ListBase = 0xc0;

    /// <summary>The longest payload whose length stands in the prefix itself.</summary>
    private const int MaxShort = 55;

    private readonly ReadOnlySpan<byte> _bytes;
    private Ends _ends;
    private int _depth;
    private int _items;
    private int _at;

    /// <param name="at">Where the first item begins.</param>
    public RlpReader(ReadOnlySpan<byte> bytes, int at)
    {
        _bytes = bytes;
        _at = at;
        _ends[0] = bytes.Length;
    }

    /// <summary>Where the next item begins.</summary>
    public readonly int Offset => _at;

    /// <summary>Why the bytes are refused, for people; null while all is well.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether the open list (outside of all lists: the bytes) has been read to its end.</summary>
    public readonly bool AtEnd => _at == _ends[_depth];

    /// <summary>A string of any length, a view of the bytes read.</summary>
    public bool TryString(string what, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!TryPrefix(what, out var isList, out var start, out var length))
            return false;
        if (isList)
            return Fail(what, "is a list, and a string belongs here");
        value = _bytes.Slice(start, length);
        _at = start + length;
        return true;
    }

    /// <summary>A string of exactly <paramref name="size"/> bytes.</summary>
    public bool TryFixed(string what, int size, out ReadOnlySpan<byte> value)
    {
        var at = _at;
        if (!TryString(what, out value))
            return false;
        return value.Length == size || FailAt(at, what, $"has {value.Length} bytes, and {size} belong here");
    }

    /// <summary>An integer 0..2^256−1: big endian, without leading zeros, and so zero without any byte.</summary>
    public bool TryInteger(string what, out BigInteger value)
    {
        value = default;
        var at = _at;
        if (!TryString(what, out var bytes))
            return false;
        if (bytes is [0, ..])
            return FailAt(at, what, "is an integer with a leading zero byte");
        if (bytes.Length > MaxIntegerBytes)
            return FailAt(at, what, $"is an integer of {bytes.Length} bytes, beyond 256 bits");
        value = new(bytes, isUnsigned: true, isBigEndian: true);
        return true;
    }

    /// <summary>Goes into a list; <see cref="TryLeave"/> goes out at its end.</summary>
    public bool TryEnter(string what)
    {
        if (!TryPrefix(what, out var isList, out var start, out var length))
            return false;
        if (!isList)
            return Fail(what, "is a string, and a list belongs here");
        if (_depth == MaxDepth)
            return Fail(what, $"lies deeper than {MaxDepth} lists");
        _at = start;
        _ends[++_depth] = start + length;
        return true;
    }

    public bool TryLeave(string what)
    {
        if (!AtEnd)
            return Fail(what, $"holds {_ends[_depth] - _at} bytes more than belong there");
        _depth--;
        return true;
    }

    /// <summary>Where the next item's payload lies; it fits into the open list.</summary>
    private bool TryPrefix(string what, out bool isList, out int start, out int length)
    {
        (isList, start, length) = (false, _at, 1);
        if (Problem is not null)
            return false;
        var room = _ends[_depth] - _at;
        if (room == 0)
            return Fail(what, "is missing");
        if (++_items > MaxItems)
            return Fail(what, $"comes after {MaxItems} items, more than are read");
        var prefix = _bytes[_at];
        if (prefix < StringBase)
            return true; // itself
        isList = prefix >= ListBase;
        var code = prefix - (isList ? ListBase : StringBase);
        start++;
        if (code <= MaxShort)
            length = code;
        else if (!TryLongLength(what, code - MaxShort, ref start, out length))
            return false;
        if (length > _ends[_depth] - start)
            return Fail(what, $"says {length} bytes, but only {_ends[_depth] - start} follow");
        return isList || length != 1 || code > MaxShort || _bytes[start] >= StringBase || Fail(what, "is a byte below 0x80 that does not stand for itself");
    }

    private bool TryLongLength(string what, int size, ref int start, out int length)
    {
        length = 0;
        if (size > _ends[_depth] - start)
            return Fail(what, $"ends within its length of {size} bytes");
        var digits = _bytes.Slice(start, size);
        if (digits[0] == 0)
            return Fail(what, "has a length with a leading zero byte");
        if (size > sizeof(int) - 1)
            return Fail(what, $"has a length of {size} bytes, more than any payload");
        foreach (var digit in digits)
            length = length << 8 | digit;
        start += size;
        return length > MaxShort || Fail(what, $"has {length} bytes and the long form of a length, which begins at {MaxShort + 1}");
    }

    private bool Fail(string what, string why) => FailAt(_at, what, why);

    private bool FailAt(int at, string what, string why)
    {
        Problem ??= $"{what} at byte {at} {why}";
        return false;
    }

    /// <summary>Where each open list ends, the whole first.</summary>
    [System.Runtime.CompilerServices.InlineArray(MaxDepth + 1)]
    private struct Ends
    {
        private int _first;
    }
}
