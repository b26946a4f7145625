using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;

namespace MpcSigner.Node.Log;

/// <summary>One line an entry, plain or JSON, to standard error or a file. Writing is synchronous: what a halting node last said must be there.</summary>
internal sealed class LineLoggerProvider(TextWriter writer, LogFormat format, LogLevel minimum, TimeProvider time, bool ownsWriter) : ILoggerProvider
{
    private const int MaxLineLength = 16 << 10;

    private readonly Lock _gate = new();

    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static LineLoggerProvider Open(NodeOptions options, TextWriter error, TimeProvider time)
    {
        if (options.LogFile is not { } path)
            return new(error, options.LogFormat, options.LogLevel, time, ownsWriter: false);
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete,
            UnixCreateMode = PrivateFile.Mode,
        });
        return new(new StreamWriter(file, new UTF8Encoding(false)), options.LogFormat, options.LogLevel, time, ownsWriter: true);
    }

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, minimum, categoryName);

    public void Dispose()
    {
        lock (_gate)
        {
            writer.Flush();
            if (ownsWriter)
                writer.Dispose();
        }
    }

    private void Write(string line)
    {
        if (line.Length > MaxLineLength)
            line = line[..MaxLineLength];
        lock (_gate)
        {
            writer.WriteLine(line);
            writer.Flush();
        }
    }

    private sealed class LineLogger(LineLoggerProvider provider, LogLevel minimum, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= minimum && logLevel is not LogLevel.None;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(level))
                provider.Write(provider.Line(level, id, category, formatter(state, exception), exception));
        }
    }

    private string Line(LogLevel level, EventId id, string category, string message, Exception? exception)
    {
        var at = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var name = level.ToString().ToLowerInvariant();
        if (format is LogFormat.Plain)
            return $"{at} {name} [{id.Id}] {OneLine(message)}{(exception is null ? "" : $" | {OneLine(exception.ToString())}")}";
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", at);
            json.WriteString("level", name);
            json.WriteNumber("event", id.Id);
            json.WriteString("category", category);
            json.WriteString("message", message);
            if (exception is not null)
                json.WriteString("exception", exception.ToString());
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>A message cannot begin an entry of its own.</summary>
    private static string OneLine(string text) => text.ReplaceLineEndings(" ⏎ ");
}
