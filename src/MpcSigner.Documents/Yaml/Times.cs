using System.Globalization;

namespace MpcSigner.Documents.Yaml;

/// <summary>Moments as documents have them: RFC 3339 in UTC, whole seconds.</summary>
public static class Times
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <exception cref="ArgumentException">A fraction of a second: it has no form.</exception>
    public static string Write(DateTimeOffset time) => time.UtcTicks % TimeSpan.TicksPerSecond == 0
        ? time.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture)
        : throw new ArgumentException("a time in a document has whole seconds", nameof(time));

    internal static bool TryRead(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text, Form, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
}
