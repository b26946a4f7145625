using Grpc.Core;

namespace MpcSigner.Rpc;

/// <summary>Metadata to and from header values.</summary>
internal static class MetadataHeaders
{
    /// <summary>The most bytes of metadata that are sent in one block, counted as HTTP/2 does (name + value + 32): what common clients accept.</summary>
    public const int MaxBytes = 8 * 1024;

    /// <summary>Values in one binary line: each costs more memory than its comma took on the wire.</summary>
    public const int MaxValuesPerLine = 64;

    /// <summary>HTTP/2's own count for a header beside its text (RFC 9113 §6.5.2).</summary>
    public const int HeaderOverhead = 32;

    /// <summary>The metadata as header lines.</summary>
    /// <exception cref="ArgumentException">A reserved key, or more than <see cref="MaxBytes"/>.</exception>
    public static List<KeyValuePair<string, string>> Write(Metadata metadata)
    {
        var lines = new List<KeyValuePair<string, string>>(metadata.Count);
        var bytes = 0;
        foreach (var entry in metadata)
        {
            if (HeaderNames.IsReserved(entry.Key))
                throw new ArgumentException($"The metadata key {entry.Key} belongs to the protocol; choose another.", nameof(metadata));
            var value = entry.IsBinary ? BinaryHeader.Encode(entry.ValueBytes) : entry.Value;
            bytes += entry.Key.Length + value.Length + HeaderOverhead;
            if (bytes > MaxBytes)
                throw new ArgumentException($"The metadata exceed {MaxBytes} bytes at the key {entry.Key}.", nameof(metadata));
            lines.Add(new(entry.Key, value));
        }

        return lines;
    }

    /// <summary>Adds one header line to the metadata. A binary line may hold several values, joined by commas.</summary>
    /// <returns>False when the line cannot be metadata: a bad key, bad base64, more than <see cref="MaxValuesPerLine"/> values, or a value that is not printable ASCII.</returns>
    public static bool TryAdd(Metadata metadata, string name, string value)
    {
        if (HeaderNames.IsReserved(name))
            return true;
        var key = name.ToLowerInvariant();
        if (key.Length == 0 || key.AsSpan().ContainsAnyExcept(KeyCharacters))
            return false;
        if (!key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal))
        {
            if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
                return false;
            metadata.Add(key, value);
            return true;
        }

        if (value.AsSpan().Count(',') >= MaxValuesPerLine)
            return false;
        foreach (var part in value.AsSpan().Split(','))
        {
            if (!BinaryHeader.TryDecode(value.AsSpan()[part].Trim(' '), out var bytes))
                return false;
            metadata.Add(key, bytes);
        }

        return true;
    }

    private static readonly System.Buffers.SearchValues<char> KeyCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");
}
