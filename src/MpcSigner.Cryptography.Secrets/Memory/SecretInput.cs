using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MpcSigner.Cryptography.Secrets.Memory;

/// <summary>The way of an operator's secret (passphrase, key file) into locked memory, without a stop on the managed heap.</summary>
public static class SecretInput
{
    /// <summary>The largest operator's secret.</summary>
    public const int MaxBytes = 4_096;

    private const int LineBreakBytes = 2;

    /// <summary>Reads a stream to its end. Give one that does not buffer: what it keeps is not wiped here.</summary>
    /// <param name="stream">Read by spans of locked memory.</param>
    /// <param name="maxBytes">A longer stream is refused: 1..4,096.</param>
    /// <param name="trimLineBreak">Leave out one "\n" or "\r\n" at the end, as editors and shells add it.</param>
    /// <param name="secret">The bytes; null if none are left or there are more than <paramref name="maxBytes"/>.</param>
    public static bool TryRead(Stream stream, int maxBytes, bool trimLineBreak, [NotNullWhen(true)] out SecureMemory? secret)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxBytes, MaxBytes);
        secret = null;
        using var buffer = SecureMemory.Allocate(maxBytes + LineBreakBytes + 1);
        using var bytes = buffer.Borrow();
        var length = stream.ReadAtLeast(bytes.Span, bytes.Span.Length, throwOnEndOfStream: false);
        if (trimLineBreak && length > 0 && bytes.Span[length - 1] == (byte)'\n')
        {
            length--;
            if (length > 0 && bytes.Span[length - 1] == (byte)'\r')
                length--;
        }
        if (length < 1 || length > maxBytes)
            return false;
        secret = SecureMemory.CopyOf(bytes.Span[..length]);
        return true;
    }

    /// <summary>UTF-8 of characters that the caller holds and wipes.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, int maxBytes, [NotNullWhen(true)] out SecureMemory? secret)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxBytes, MaxBytes);
        secret = null;
        var length = Encoding.UTF8.GetByteCount(text);
        if (length < 1 || length > maxBytes)
            return false;
        secret = SecureMemory.Allocate(length);
        Encoding.UTF8.GetBytes(text, secret.DangerousSpan);
        return true;
    }

    /// <summary>The lines of a secret text, each in memory of its own that is the caller's; empty ones are left out.</summary>
    /// <param name="text">Lines end with "\n" or "\r\n"; stays the caller's. How long the lines are is not kept secret.</param>
    public static IReadOnlyList<SecureMemory> SplitLines(SecureMemory text)
    {
        using var bytes = text.Borrow();
        var lines = new List<SecureMemory>();
        for (var rest = (ReadOnlySpan<byte>)bytes.Span; !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            if (line is [.. var before, (byte)'\r'])
                line = before;
            if (!line.IsEmpty)
                lines.Add(SecureMemory.CopyOf(line));
        }
        return lines;
    }
}
