using Xunit;

namespace MpcSigner.Node.Tests.Protocols;

/// <summary>The frozen runs of key generation and signing, recomputed value by value by software that is not ours.</summary>
public sealed class TranscriptJudgeTests
{
    /// <summary>What the 2-of-3 and the 3-of-5 run hold at least: a judge that checked less has skipped something.</summary>
    private const int LeastChecks = 110;

    [Fact]
    public async Task Noble_recomputes_every_frozen_run()
    {
        var transcripts = Directory.GetFiles(Path.Combine(Judges.Repository, "tests", "Vectors", "transcripts"), "*.json");
        Assert.True(transcripts.Length >= 2, $"{transcripts.Length} transcripts found");

        var judged = await Judges.NodeAsync("frost/verify-transcripts.mjs", transcripts);

        Assert.Equal(transcripts.Length, judged.GetArrayLength());
        foreach (var run in judged.EnumerateArray())
        {
            Assert.True(run.GetProperty("checks").GetInt32() >= LeastChecks, run.ToString());
            Assert.True(run.GetProperty("signatures").GetInt32() >= 1, run.ToString());
        }
    }
}
