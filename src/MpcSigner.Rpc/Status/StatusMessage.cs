using System.Globalization;
using System.Text;

namespace MpcSigner.Rpc;

/// <summary>The value of <c>grpc-message</c>: UTF-8, percent-encoded.</summary>
/// <remarks>gRPC over HTTP/2, "Status-Message": bytes outside 0x20..0x7E, and '%', become %XX. A receiver takes what it cannot decode as it stands.</remarks>
internal static class StatusMessage
{
    /// <summary>The longest message that is sent, in bytes of UTF-8; the rest is cut off at a character. Clients bound their trailers (grpc's soft limit is 8 KiB).</summary>
    public const int MaxBytes = 1024;

    /// <summary>The longest encoded value that is decoded, in characters; the rest is dropped.</summary>
    public const int MaxEncodedLength = 3 * MaxBytes;

    public static string Encode(string message)
    {
        var encoded = new StringBuilder(message.Length);
        Span<byte> utf8 = stackalloc byte[4];
        var bytes = 0;
        foreach (var rune in message.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(utf8);
            bytes += length;
            if (bytes > MaxBytes)
                break;
            foreach (var b in utf8[..length])
            {
                if (b is >= 0x20 and <= 0x7E and not (byte)'%')
                    encoded.Append((char)b);
                else
                    encoded.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        // HTTP trims blanks at both ends of a value.
        if (encoded.Length > 0 && encoded[^1] == ' ')
            encoded.Remove(encoded.Length - 1, 1).Append("%20");
        if (encoded.Length > 0 && encoded[0] == ' ')
            encoded.Remove(0, 1).Insert(0, "%20");
        return encoded.ToString();
    }

    public static string Decode(string encoded)
    {
        var text = encoded.AsSpan(0, Math.Min(encoded.Length, MaxEncodedLength));
        if (!text.Contains('%'))
            return text.ToString();

        var utf8 = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                utf8[length++] = byte.Parse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                i += 2;
            }
            else
            {
                length += Encoding.UTF8.GetBytes(text.Slice(i, 1), utf8.AsSpan(length));
            }
        }

        // Bytes that are no UTF-8 become U+FFFD: a bad message must not hide the status code.
        return Encoding.UTF8.GetString(utf8, 0, length);
    }
}
