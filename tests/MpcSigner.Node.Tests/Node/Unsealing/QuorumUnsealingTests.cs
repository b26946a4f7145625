using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Unsealing;
using Xunit;

namespace MpcSigner.Node.Tests.RunningNode.Unsealing;

public class QuorumUnsealingTests
{
    [Fact]
    public async Task The_third_of_five_operators_opens_it()
    {
        using var scene = new QuorumScene();
        var first = scene.Give(scene.Share(4));
        Assert.Equal((UnsealVerdict.Taken, 4, 1, 3), (first.Verdict, first.Operator, first.Given, first.Needed));
        Assert.StartsWith("1 of 3 given", first.Message, StringComparison.Ordinal);
        Assert.Equal((UnsealVerdict.Taken, 2), (scene.Give(scene.Share(1)).Verdict, scene.Unsealing.Standing().Given));
        Assert.False(scene.Unsealing.Secret.IsCompleted);
        var last = scene.Give(scene.Share(2));
        Assert.Equal((UnsealVerdict.Complete, 3), (last.Verdict, last.Given));

        using var secret = await scene.Unsealing.Secret;
        using var dealt = scene.Dealing.CopySecret();
        Assert.Equal(QuorumScene.BytesOf(dealt), QuorumScene.BytesOf(secret));
        Assert.Equal([1, 2, 3], scene.Standings.Select(s => s.Given));
        Assert.Equal(UnsealVerdict.Over, scene.Give(scene.Share(5)).Verdict);
        Assert.Equal(0, scene.Time.Timers);
    }

    [Fact]
    public void Rejects_each_wrong_share_with_its_reason_and_counts_none()
    {
        using var scene = new QuorumScene();
        using var former = QuorumDealing.Deal(3, 5, SystemRandomSource.Instance);
        scene.Give(scene.Share(1));
        (string Line, UnsealVerdict Verdict, int Number, string Says)[] wrong =
        [
            ("", UnsealVerdict.Unreadable, 0, "MPCS1"),
            ("correct horse battery", UnsealVerdict.Unreadable, 0, "mistyped"),
            (scene.Share(2)[..^1] + (scene.Share(2)[^1] == '0' ? '2' : '0'), UnsealVerdict.Unreadable, 0, "mistyped"),
            (scene.Share(2, QuorumScene.OtherNid), UnsealVerdict.OtherNode, 2, "0800000000000000"),
            (QuorumScene.Text(former, 3, QuorumScene.Nid), UnsealVerdict.OtherQuorum, 3, former.Header.Id.ToString()),
            (scene.Share(1), UnsealVerdict.Duplicate, 1, "Operator 1 has given"),
        ];
        foreach (var (line, verdict, number, says) in wrong)
        {
            var answer = line.Length == 0 ? scene.Give(" ") : scene.Give(line);
            Assert.Equal((verdict, number, 1, 3), (answer.Verdict, answer.Operator, answer.Given, answer.Needed));
            Assert.True(answer.IsRefusal);
            Assert.Contains(says, answer.Message, StringComparison.Ordinal);
        }
        Assert.Equal(UnsealVerdict.Taken, scene.Give(scene.Share(2)).Verdict);
        Assert.Equal(UnsealVerdict.Complete, scene.Give(scene.Share(3)).Verdict);
    }

    [Fact]
    public void A_half_finished_unseal_expires_and_can_be_begun_again()
    {
        using var scene = new QuorumScene();
        scene.Give(scene.Share(1));
        scene.Time.Advance(QuorumScene.Window - TimeSpan.FromSeconds(1));
        scene.Give(scene.Share(5));
        Assert.Equal(2, scene.Unsealing.Standing().Given);
        // From the first share: the second does not prolong it.
        scene.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, scene.Unsealing.Standing().Given);
        Assert.Equal(0, scene.Standings.Last().Given);
        Assert.Contains(scene.Log, line => line.Contains("operators 1, 5", StringComparison.Ordinal));
        Assert.Equal(0, scene.Time.Timers);

        foreach (var number in (int[])[5, 1])
            Assert.Equal(UnsealVerdict.Taken, scene.Give(scene.Share(number)).Verdict);
        scene.Time.Advance(QuorumScene.Window - TimeSpan.FromSeconds(1));
        Assert.Equal(UnsealVerdict.Complete, scene.Give(scene.Share(3)).Verdict);
        scene.Time.Advance(QuorumScene.Window);
        Assert.True(scene.Unsealing.Secret.IsCompletedSuccessfully);
    }

    [Fact]
    public void The_log_names_operators_and_no_share()
    {
        using var scene = new QuorumScene();
        foreach (var number in (int[])[1, 1, 2, 3])
            scene.Give(scene.Share(number));
        var log = string.Join('\n', scene.Log);
        foreach (var number in (int[])[1, 2, 3])
        {
            Assert.Contains($"operator {number}", log, StringComparison.Ordinal);
            foreach (var group in scene.Share(number).Split('-')[3..])
                Assert.DoesNotContain(group, log, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Many_operators_at_once_open_it_once()
    {
        using var scene = new QuorumScene();
        var lines = Enumerable.Range(1, 5).Select(number => scene.Share(number)).ToList();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => scene.Give(lines[i % 5]))));
        Assert.Equal(2, answers.Count(a => a.Verdict == UnsealVerdict.Taken));
        Assert.Single(answers, a => a.Verdict == UnsealVerdict.Complete);
        Assert.All(answers, a => Assert.True(a.Verdict is UnsealVerdict.Taken or UnsealVerdict.Complete or UnsealVerdict.Over or UnsealVerdict.Duplicate));
        (await scene.Unsealing.Secret).Dispose();
    }
}
