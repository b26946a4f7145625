using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace MpcSigner.Node.Tests.Protocols;

/// <summary>A participant of FROST that is not ours: @noble/curves in a Node.js process, spoken to in JSON lines (tests/judges/frost/cosigner.mjs).</summary>
internal sealed class Stranger : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private Stranger(Process process) => _process = process;

    public static async Task<Stranger> StartAsync() => new(await Judges.StartNodeAsync("frost/cosigner.mjs"));

    /// <summary>One request and its answer; an error of the stranger's fails the test.</summary>
    public async Task<JsonElement> AskAsync(JsonObject request)
    {
        await _process.StandardInput.WriteLineAsync(request.ToJsonString());
        await _process.StandardInput.FlushAsync();
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        if (line is null)
            Assert.Fail($"the stranger is gone: {await _process.StandardError.ReadToEndAsync()}");
        using var answer = JsonDocument.Parse(line);
        if (answer.RootElement.TryGetProperty("error", out var error))
            Assert.Fail($"{request["do"]}: {error}");
        return answer.RootElement.Clone();
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(Patience))
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
