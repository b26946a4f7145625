using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MpcSigner.Client;
using Spectre.Console;

namespace MpcSigner.Cli.Output;

/// <summary>
/// Where a verb speaks. With <c>--output json</c> exactly one JSON document goes to standard output; whatever is for people (progress,
/// tables, explanations) then goes to standard error. Otherwise results go to standard output as text.
/// </summary>
internal sealed class Report(bool json, TextWriter output, TextWriter error)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // Plain text for people and scripts, not HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public bool IsJson => json;

    /// <summary>Where explanations for people go.</summary>
    public TextWriter People => error;

    /// <summary>What a person wants to know while waiting.</summary>
    public void Progress(string line) => error.WriteLine(line);

    /// <summary>The verb's one result.</summary>
    public void Result(object document, Action<TextWriter> text)
    {
        if (json)
            output.WriteLine(JsonSerializer.Serialize(document, Json));
        else
            text(output);
    }

    public ExitCode Failure(MpcSignerException failure) => Failure(ExitCodes.Of(failure), failure.Reason, failure.Message, failure.NextStep, failure.Nodes);

    public ExitCode Failure(CliException failure) => Failure(failure.Code, failure.Reason, failure.Message, failure.NextStep, []);

    public ExitCode Failure(ExitCode code, string reason, string message, string nextStep, IReadOnlyList<NodeRefusal> nodes)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new
            {
                Error = new { Reason = reason, Message = message, NextStep = nextStep, Nodes = nodes.Select(n => new { n.NodeName, n.NodeId, n.Reason, n.Message }) },
                ExitCode = (int)code,
            }, Json));
        }
        error.WriteLine($"{reason}: {message}");
        foreach (var node in nodes)
            error.WriteLine($"  {node.NodeName}: {node.Reason}: {node.Message}");
        error.WriteLine($"Next: {nextStep}");
        return code;
    }

    /// <summary>A table of plain text: no colours, no cutting at the edge of a terminal that may not be one.</summary>
    public static void WriteTable(TextWriter writer, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column)) { NoWrap = true });
        foreach (var row in rows)
            table.AddRow(row.Select(Markup.Escape).ToArray());
        var console = AnsiConsole.Create(new() { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = 400;
        console.Write(table);
    }
}
