using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Text.Json;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Start;

namespace MpcSigner.Node.Unsealing;

/// <summary>What goes over the unseal socket.</summary>
internal static class UnsealWire
{
    /// <summary>Bytes of an answer at most.</summary>
    public const int MaxAnswerBytes = 4_096;

    /// <summary>Bytes of a Unix socket's path at most (sun_path of 108 with its zero).</summary>
    public const int MaxPathBytes = 107;

    /// <summary>Apostrophes stay readable: people read it, and no browser does.</summary>
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The first byte: how does it stand?</summary>
    public const byte AskStanding = (byte)'?';

    /// <summary>The first byte: a share's line follows, to the end of what is sent.</summary>
    public const byte GiveShare = (byte)'S';

    /// <exception cref="StartRefusedException">The path is too long.</exception>
    public static UnixDomainSocketEndPoint EndPoint(string path)
    {
        var bytes = System.Text.Encoding.UTF8.GetByteCount(path);
        return bytes <= MaxPathBytes
            ? new(path)
            : throw new StartRefusedException(ExitCode.BadOptions, $"The socket's path {path} has {bytes} bytes; a Unix socket's has at most {MaxPathBytes}.", "Move the node to a folder with a shorter path.");
    }

    public static byte[] Encode(UnsealAnswer answer) => [.. JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
    {
        ["verdict"] = answer.Verdict.ToString(),
        ["operator"] = answer.Operator,
        ["given"] = answer.Given,
        ["needed"] = answer.Needed,
        ["message"] = answer.Message,
    }, Plain), (byte)'\n'];

    /// <summary>False: no answer of a node.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out UnsealAnswer? answer)
    {
        answer = null;
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            if (!Enum.TryParse<UnsealVerdict>(root.GetProperty("verdict").GetString(), out var verdict) || !Enum.IsDefined(verdict))
                return false;
            answer = new(verdict, root.GetProperty("operator").GetInt32(), root.GetProperty("given").GetInt32(), root.GetProperty("needed").GetInt32(),
                root.GetProperty("message").GetString() ?? "");
            return true;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }
}
