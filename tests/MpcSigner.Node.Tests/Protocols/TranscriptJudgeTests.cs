using MpcSigner.Core.Keys;
using MpcSigner.Kernel.Tests.Protocols.Resharing;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Node.Tests.Protocols;

/// <summary>The frozen runs, replayed byte for byte by tests/judges/spec: a slow second implementation of the specification, written from its text alone.</summary>
public sealed class TranscriptJudgeTests
{
    /// <summary>What the smallest run holds: a judge that compared less has skipped something.</summary>
    private const int LeastChecks = 65;

    [Fact]
    public async Task A_second_implementation_replays_every_frozen_run()
    {
        var transcripts = Directory.GetFiles(Path.Combine(Judges.Repository, "tests", "Vectors", "transcripts"), "*.json");
        Assert.True(transcripts.Length >= 8, $"{transcripts.Length} transcripts found");

        foreach (var transcript in transcripts)
            await AssertReplaysAsync(transcript);
    }

    /// <summary>A seed of its own every time: what was frozen may have been lucky. The transcript of a run that differs is kept.</summary>
    [Theory]
    [InlineData(Suite.EcdsaSecp256k1)]
    [InlineData(Suite.EcdsaP256)]
    [InlineData(Suite.FrostEd25519)]
    [InlineData(Suite.FrostSecp256k1)]
    [InlineData(Suite.FrostSecp256k1Taproot)]
    public async Task A_second_implementation_replays_a_run_that_nobody_has_seen(Suite suite)
    {
        var seed = $"{suite}-{Guid.NewGuid():N}";
        var transcript = Path.Combine(Path.GetTempPath(), seed + ".json");
        await File.WriteAllTextAsync(transcript, suite is Suite.EcdsaSecp256k1 or Suite.EcdsaP256
            ? EcdsaTranscript.Of(suite, t: 2, n: 2, seed)
            : Transcript.Of(t: 2, n: 3, count: 2, seed, suite));
        await AssertReplaysAsync(transcript);
        File.Delete(transcript);
    }

    private static async Task AssertReplaysAsync(string transcript)
    {
        var run = Assert.Single((await Judges.NodeAsync("spec/verify-transcripts.mjs", transcript)).EnumerateArray());
        Assert.True(run.GetProperty("checks").GetInt32() >= LeastChecks, run.ToString());
        Assert.True(run.GetProperty("signatures").GetInt32() >= 2, run.ToString());
    }

    [Fact]
    public async Task A_second_implementation_replays_every_frozen_run_of_maintenance()
    {
        var runs = Directory.GetFiles(Path.Combine(Judges.Repository, "tests", "Vectors", "maintenance"), "*.json");
        Assert.True(runs.Length >= 6, $"{runs.Length} runs found");
        await AssertReplaysMaintenanceAsync(runs);
    }

    [Theory]
    [InlineData(ProtocolKind.Refresh, Suite.EcdsaP256)]
    [InlineData(ProtocolKind.Reshare, Suite.FrostEd25519)]
    [InlineData(ProtocolKind.Recovery, Suite.EcdsaSecp256k1)]
    public async Task A_second_implementation_replays_maintenance_that_nobody_has_seen(ProtocolKind protocol, Suite suite)
    {
        var seed = $"{protocol}-{Guid.NewGuid():N}";
        var file = Path.Combine(Path.GetTempPath(), seed + ".json");
        await File.WriteAllTextAsync(file, MaintenanceTranscript.Of(protocol, count: 3, seed, suite));
        await AssertReplaysMaintenanceAsync(file);
        File.Delete(file);
    }

    private static async Task AssertReplaysMaintenanceAsync(params string[] files)
    {
        var judged = await Judges.NodeAsync("spec/verify-maintenance.mjs", files);
        Assert.Equal(files.Length, judged.GetArrayLength());
        Assert.All(judged.EnumerateArray(), run => Assert.True(run.GetProperty("checks").GetInt32() >= LeastChecks, run.ToString()));
    }

    [Fact]
    public async Task A_second_implementation_replays_the_frozen_pair_setup()
    {
        var setups = Directory.GetFiles(Path.Combine(Judges.Repository, "tests", "Vectors", "pair-setup"), "*.json");
        Assert.NotEmpty(setups);

        var judged = await Judges.NodeAsync("spec/verify-pair-setups.mjs", setups);

        Assert.Equal(setups.Length, judged.GetArrayLength());
        Assert.All(judged.EnumerateArray(), run => Assert.Equal(346, run.GetProperty("checks").GetInt32()));
    }

    /// <summary>Who judges is judged first: by the specification's known answers and by its invariants on runs of its own.</summary>
    [Fact]
    public async Task The_second_implementation_holds_itself_to_the_specification()
    {
        var known = await Judges.NodeAsync("spec/known-answers.mjs");
        Assert.Equal(37, known.GetProperty("answers").GetInt32());

        var invariants = await Judges.NodeAsync("spec/invariants.mjs", "2-of-3");
        Assert.True(invariants.GetProperty("held").GetInt32() >= 1300, invariants.ToString());
    }
}
