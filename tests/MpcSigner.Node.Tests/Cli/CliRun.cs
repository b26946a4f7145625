using System.Text.Json;
using MpcSigner.Cli;
using Xunit;

namespace MpcSigner.Node.Tests.Cli;

/// <summary>One run of the command line inside this process: its exit code and both of its outputs.</summary>
internal sealed record CliRun(int Code, string Output, string Error)
{
    public static async Task<CliRun> Of(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await CommandTree.RunAsync(args, output, error, CancellationToken.None);
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>Standard output as its one JSON document; anything before or after it fails.</summary>
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Output);
            return document.RootElement.Clone();
        }
    }

    public CliRun Ends(int code)
    {
        Assert.True(code == Code, $"exit code {Code}, expected {code}\n{Output}\n{Error}");
        return this;
    }

    public string Reason => Json.GetProperty("error").GetProperty("reason").GetString()!;
}
