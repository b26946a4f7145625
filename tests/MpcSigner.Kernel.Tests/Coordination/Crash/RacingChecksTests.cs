using MpcSigner.Coordination.Boundary;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Crash;

/// <summary>Several sessions of one pair run into failing checks at every distance from each other: one verdict, no byte of round 2 after it, and nothing of it seen before it is durable.</summary>
[Trait("row", "C02")]
[Trait("row", "C03")]
[Trait("row", "C04")]
[Trait("row", "X-two-sessions-cot1")]
[Trait("row", "X-dead-no-round2")]
public sealed class RacingChecksTests
{
    /// <summary>From the second session far ahead of the first one's check to far behind it; virtual time moves in whole milliseconds.</summary>
    private const int Distances = 24;

    private static readonly TimeSpan Flush = TimeSpan.FromMilliseconds(6);

    /// <param name="bad">Which of the two sessions the cheat cheats in: bit 0 is the first to speak.</param>
    [Theory]
    [InlineData(true, 0b11)]
    [InlineData(false, 0b10)]
    [InlineData(false, 0b11)]
    public void Two_sessions_at_any_distance_give_one_verdict_and_nothing_leaves_after_it(bool victimCoordinates, int bad)
    {
        var (open, sent) = (0, 0);
        for (var distance = 0; distance < Distances; distance++)
        {
            using var scene = new CheatedPair($"race {victimCoordinates} {bad}", victimCoordinates, keys: 2);
            Warm(scene);
            scene.Cheats(PresignCheat.Extension, number => (bad >> number & 1) != 0);
            scene.Submit(0);
            scene.Mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(distance));
            scene.Submit(1);
            scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
            var (before, openThen) = AssertOneVerdict(scene, $"distance {distance} ms");
            open += openThen > 1 ? 1 : 0;
            sent += before > 0 ? 1 : 0;
        }
        // The distances meet what they are for: another session in flight at the verdict, and, where one is honest, one that was through before.
        Assert.True(open >= 3, $"{open} runs had two sessions open at the verdict");
        Assert.True(bad != 0b10 || sent > 3, $"{sent} runs had round 2 sent before the verdict");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Eight_sessions_at_once_give_one_verdict_and_no_round_2(bool victimCoordinates)
    {
        using var scene = new CheatedPair($"eight {victimCoordinates}", victimCoordinates, keys: 8);
        Warm(scene);
        scene.Cheats(PresignCheat.Extension);
        for (var key = 0; key < 8; key++)
            scene.Submit(key);
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        var (before, open) = AssertOneVerdict(scene, "eight");
        Assert.Equal(0, before);
        Assert.True(open > 4, $"{open} sessions were open at the verdict");
    }

    /// <summary>The cheat asks for a new setup while the verdict on the former one is being written: the answer waits until that is durable.</summary>
    [Fact]
    [Trait("row", "C07")]
    public void A_new_setup_that_is_asked_for_during_the_write_is_answered_after_it()
    {
        using var scene = new CheatedPair("asked meanwhile", victimCoordinates: true);
        Warm(scene);
        scene.Cheats(PresignCheat.Extension);
        var inner = scene.Script.Bends;
        var asked = false;
        scene.Script.Bends = (node, effect) =>
        {
            if (node == scene.Victim && !asked && effect is NodeEffect.Commit commit && CommitKill.Condemns(commit))
            {
                asked = true;
                // It has lost the setup, it says; the greeting and the joins take some of the time that the write takes.
                scene.Mini.Cluster.Time.After(TimeSpan.Zero, () => scene.Cheat.Within(rooms =>
                {
                    rooms.Pairs.Mismatched(scene.Victim.Nid);
                    rooms.Pairs.Ensure([scene.Victim.Nid], static () => { }, static _ => { });
                }));
            }
            return inner(node, effect);
        };
        scene.Script.FlushTime = TimeSpan.FromMilliseconds(20);
        scene.Submit();
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        Assert.True(asked);
        AssertOneVerdict(scene, "asked meanwhile");
        // It is made in the end: one failure of a day does not end the pair (C8).
        Assert.Equal((1u, 2ul), (scene.Row!.Failures, scene.Row.SendingEpoch));
    }

    /// <summary>A setup with both, and slow flushes from here on.</summary>
    private static void Warm(CheatedPair scene)
    {
        Assert.IsType<ClientReply.Signed>(scene.Mini.Await(scene.Submit()));
        scene.Mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(100));
        scene.Script.FlushTime = Flush;
        scene.Script.Effects.Clear();
    }

    /// <returns>Messages of round 2 that left the victim before the verdict, and presign sessions that it had begun and not ended by then.</returns>
    private static (int Before, int Open) AssertOneVerdict(CheatedPair scene, string what)
    {
        var effects = scene.Script.Effects.Where(e => e.Node == scene.Victim).Select(e => e.Effect).ToList();
        var verdict = effects.FindIndex(effect => effect is NodeEffect.Commit commit && CommitKill.Condemns(commit));
        var seen = effects.FindIndex(effect => effect is NodeEffect.Observe { Observation: Observation.PeerBlamed });
        Assert.True(verdict >= 0 && seen > verdict, $"{what}: verdict {verdict}, seen {seen}");
        var told = effects.Skip(verdict).Take(seen - verdict).Where(CanBeTold).ToArray();
        Assert.True(told.Length == 0, $"{what}: {string.Join(", ", told.Select(effect => effect.ToString()))} before DEAD was durable");
        Assert.DoesNotContain(effects.Skip(verdict), effect => HeaderOf(effect) is { Type: MessageType.Round, Round: 2, From: > 0 });
        Assert.Equal((1u, 1), (scene.Row!.Failures, scene.Faults));
        Assert.Single(effects, effect => effect is NodeEffect.Observe { Observation: Observation.PeerBlamed });
        Assert.True(scene.Mini.IsSound, what);
        var begun = effects.Take(verdict).OfType<NodeEffect.SendFrame>().Where(send => send.Frame is SessionFrame.Join or SessionFrame.Open).Select(send => send.Stream).ToHashSet();
        begun.ExceptWith(effects.Take(verdict).OfType<NodeEffect.CloseStream>().Select(close => close.Stream));
        begun.ExceptWith(effects.Take(verdict).OfType<NodeEffect.SendFrame>().Where(send => HeaderOf(send) is { Type: MessageType.Ready }).Select(send => send.Stream));
        return (effects.Take(verdict).Count(effect => HeaderOf(effect) is { Type: MessageType.Round, Round: 2, From: > 0 }), begun.Count);
    }

    /// <summary>The header of an envelope that leaves; null for anything else.</summary>
    internal static EnvelopeHeader? HeaderOf(NodeEffect effect) =>
        effect is NodeEffect.SendFrame { Frame: SessionFrame.Envelope envelope } && EnvelopeHeader.TryRead(envelope.Bytes.Span, out var header) ? header : null;

    /// <summary>Whether a verdict shows in it: a word in a session, a session's end, a refusal, an observation. Joins, greetings and what is signed with earlier presignatures go on all the time.</summary>
    internal static bool CanBeTold(NodeEffect effect) => effect
        is NodeEffect.SendFrame { Frame: SessionFrame.Envelope or SessionFrame.Refuse } or NodeEffect.CloseStream or NodeEffect.AnswerClient { Reply: ClientReply.Refused }
        or NodeEffect.Observe { Observation: not Observation.MaterialTaken } or NodeEffect.AnswerPeer { Reply: PeerReply.Refused or PeerReply.NotSigned };
}
