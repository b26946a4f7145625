using MpcSigner.Client.Administration;
using MpcSigner.Client;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Protocols.Sessions;
using Xunit;
using static MpcSigner.Node.Tests.Clients.Administration.PlannedKeys;

namespace MpcSigner.Node.Tests.Clients.Administration;

/// <summary>What orders are composed of keys, and what is refused before anybody signs.</summary>
public class MaintenancePlannerTests
{
    [Fact]
    public void A_refresh_names_all_parties_and_three_attempts_that_nobody_has_begun()
    {
        var step = Assert.Single(Planner().Refresh([Key("a", 2, [1, 2, 3], lastAttempt: 4), Key("b", 2, [1, 2, 3])]));
        Assert.Equal([5u, 6u, 7u], step.Orders.Select(o => ActionOf<MaintenanceAction.Refresh>(o).Attempt));
        var refresh = ActionOf<MaintenanceAction.Refresh>(step.Orders[0]);
        Assert.Equal([1, 2, 3], refresh.Parties.Select(p => (int)p.Pid.Value));
        Assert.Equal(2, refresh.Keys.Count);
        Assert.All(refresh.Keys, k => Assert.Equal(4u, k.Generation));
        Assert.Equal(3, step.Coordinators.Count);
    }

    [Fact]
    public void Keys_of_other_parties_or_thresholds_stand_in_steps_of_their_own_and_no_step_has_more_than_a_thousand()
    {
        var steps = Planner().Refresh([.. Enumerable.Range(0, 1_001).Select(i => Key($"k{i}", 2, [1, 2, 3])), Key("x", 3, [1, 2, 3]), Key("y", 2, [1, 2, 4])]).ToList();
        Assert.Equal([1, 1, 1, 1_000], steps.Select(s => ActionOf<MaintenanceAction.Refresh>(s.Orders[0]).Keys.Count).Order());
    }

    [Fact]
    public void Rejects_a_refresh_without_all_parties_and_says_who_is_missing_and_why()
    {
        var refused = Assert.Throws<MpcSignerException>(() => Planner(silent: 3).Refresh([Key("a", 2, [1, 2, 3], [1])]).ToList());
        Assert.Equal("TOO_FEW_NODES", refused.Reason);
        Assert.Contains("missing: node-2, node-3", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["SHARE_BEHIND", "UNREACHABLE"], refused.Nodes.Select(n => n.Reason));
    }

    [Fact]
    public void A_reshare_keeps_numbers_of_those_who_stay_and_gives_newcomers_numbers_never_used_before()
    {
        var step = Assert.Single(Planner().Reshare([Key("a", 2, [1, 2, 3], highest: 9)], Target(3, "node-2", "node-4", "node-5")));
        var reshare = ActionOf<MaintenanceAction.Reshare>(step.Orders[0]);
        Assert.Equal(Nid(2), Assert.Single(reshare.NewParties, p => p.Pid.Value == 2).Nid);
        Assert.Equal([2, 10, 11], reshare.NewParties.Select(p => (int)p.Pid.Value));
        Assert.Equal(3, reshare.NewThreshold);
        Assert.False(reshare.LowersThreshold);
        Assert.Equal(2, reshare.Dealers.Count);
    }

    [Fact]
    public void Later_attempts_of_a_reshare_are_dealt_by_others_and_all_of_them_by_the_coordinator()
    {
        var step = Assert.Single(Planner("node-3").Reshare([Key("a", 2, [1, 2, 3, 4])], Target(2, "node-5", "node-6")));
        var dealers = step.Orders.Select(o => ActionOf<MaintenanceAction.Reshare>(o).Dealers.Select(p => (int)p.Value).ToList()).ToList();
        Assert.All(dealers, d => Assert.Equal(2, d.Count));
        Assert.All(dealers, d => Assert.Contains(3, d));
        Assert.Equal(3, dealers.Select(d => string.Join(",", d)).Distinct().Count());
        Assert.Equal([Nid(3)], step.Coordinators); // who deals in all of them: a newcomer, or another dealer, would refuse to run one
    }

    [Theory]
    [InlineData(4, "node-1,node-2,node-3", "BAD_THRESHOLD", "2..3")]
    [InlineData(1, "node-1,node-2,node-3", "BAD_THRESHOLD", "2..3")]
    [InlineData(2, "node-1,node-1", "BAD_PARTICIPANTS", "twice")]
    [InlineData(2, "node-1", "BAD_PARTICIPANTS", "1 new parties")]
    [InlineData(2, "node-1,node-9", "BAD_PARTICIPANTS", "no node node-9")]
    [InlineData(2, "node-1,node-2", "BAD_THRESHOLD", "lower")]
    public void Rejects_a_reshare_that_cannot_be(int threshold, string nodes, string reason, string says)
    {
        var refused = Assert.Throws<MpcSignerException>(() => Planner().Reshare([Key("a", 3, [1, 2, 3])], Target(threshold, nodes.Split(','))).ToList());
        Assert.Equal(reason, refused.Reason);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_a_reshare_to_a_node_that_does_not_answer_and_one_with_too_few_holders()
    {
        Assert.Contains("node-4", Assert.Throws<MpcSignerException>(() => Planner(null, 4).Reshare([Key("a", 2, [1, 2, 3])], Target(2, "node-1", "node-4")).ToList()).Message, StringComparison.Ordinal);
        var refused = Assert.Throws<MpcSignerException>(() => Planner(null, 2, 3).Reshare([Key("a", 2, [1, 2, 3], [1])], Target(2, "node-1", "node-4")).ToList());
        Assert.Equal("TOO_FEW_NODES", refused.Reason);
        Assert.Contains("missing: node-2, node-3", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lower_threshold_is_said_in_the_order()
    {
        var step = Assert.Single(Planner().Reshare([Key("a", 3, [1, 2, 3])], Target(2, "node-1", "node-2") with { MayLowerThreshold = true }));
        Assert.True(ActionOf<MaintenanceAction.Reshare>(step.Orders[0]).LowersThreshold);
    }

    [Fact]
    public void A_recovery_is_helped_by_exactly_t_others()
    {
        var node = Roster.Nodes.Single(n => n.Name == "node-2");
        var step = Assert.Single(Planner().Recover([Key("a", 2, [1, 2, 3], [1, 3])], node, [], thenRefresh: false));
        var recover = ActionOf<MaintenanceAction.Recover>(step.Orders[0]);
        Assert.Equal(2, recover.Recovered.Value);
        Assert.Equal([1, 3], recover.Helpers.Select(p => (int)p.Value));
        Assert.Equal("BAD_PARTICIPANTS", Assert.Throws<MpcSignerException>(() => Planner().Recover([Key("a", 2, [1, 2, 3])], node, ["node-1", "node-2"], thenRefresh: false).ToList()).Reason);
        Assert.Equal("TOO_FEW_NODES", Assert.Throws<MpcSignerException>(() => Planner(null, 3).Recover([Key("a", 2, [1, 2, 3], [1, 2])], node, [], thenRefresh: false).ToList()).Reason);
        Assert.Equal("TOO_FEW_NODES", Assert.Throws<MpcSignerException>(() => Planner(null, 2).Recover([Key("a", 2, [1, 2, 3])], node, [], thenRefresh: false).ToList()).Reason);
    }

    [Fact]
    public void Each_recovered_batch_is_refreshed_next_and_in_the_same_job_however_many_there_are()
    {
        var node = Roster.Nodes.Single(n => n.Name == "node-2");
        var recovered = Planner().Recover([.. Enumerable.Range(0, 2_500).Select(i => Key($"k{i}", 2, [1, 2, 3], [1, 3]))], node, [], thenRefresh: true).ToList();
        Assert.Equal([1_000, 1_000, 500], recovered.Select(s => ActionOf<MaintenanceAction.Recover>(s.Orders[0]).Keys.Count));
        Assert.All(recovered, s => Assert.Equal(ActionOf<MaintenanceAction.Recover>(s.Orders[0]).Keys, ActionOf<MaintenanceAction.Refresh>(s.Then!.Orders[0]).Keys));

        // 60 batches are 120 steps: more than one job holds, and none begins with the refresh of what another one recovers.
        var jobs = JobBuilder.Build(Roster, Enumerable.Range(0, 60).Select(_ => recovered[2]), null);
        Assert.Equal(120, jobs.Sum(j => j.Steps.Count));
        Assert.All(jobs, job =>
        {
            Assert.True(job.Bytes <= JobBuilder.MaxBytes && job.Steps.Count <= JobBuilder.MaxSteps);
            Assert.All(job.Steps.Where((_, i) => i % 2 == 0), s => ActionOf<MaintenanceAction.Recover>(s.Orders[0]));
            Assert.All(job.Steps.Where((_, i) => i % 2 == 1), s => ActionOf<MaintenanceAction.Refresh>(s.Orders[0]));
        });
    }

    [Fact]
    public void Steps_join_into_one_job_while_one_node_takes_part_in_all_of_them()
    {
        var steps = Planner().Refresh([Key("a", 2, [1, 2, 3]), Key("b", 2, [3, 4, 5]), Key("c", 2, [1, 2])]).ToList();
        var jobs = JobBuilder.Build(Roster, steps, Nid(3));
        Assert.Equal(3, jobs.Sum(j => j.Steps.Count));
        Assert.All(jobs, j => Assert.Single(j.Coordinators));
        var together = JobBuilder.Build(Roster, [.. Planner().Refresh([Key("a", 2, [1, 2, 3]), Key("b", 2, [3, 4, 5])])], Nid(3));
        Assert.Equal(Nid(3), Assert.Single(together).Coordinators[0]);
        var many = JobBuilder.Build(Roster, Enumerable.Range(0, 101).Select(i => Planner().Refresh([Key($"k{i}", 2, [1, 2, 3])]).Single()), null);
        Assert.Equal([100, 1], many.Select(j => j.Steps.Count));
    }

    private static ReshareTarget Target(int threshold, params string[] nodes) => new() { Threshold = threshold, Nodes = nodes };

    /// <summary>START carries the anchors and round 1 the records: a job never holds an order whose messages are too long.</summary>
    [Theory]
    [InlineData(1_000, 1_000, 760, 3)] // each key of a creation of its own: round 1 is the limit
    [InlineData(1_000, 1, 70_000, 3)]
    [InlineData(200, 200, 70_000, 5)] // one key of each of many large batches: START is
    public void An_order_names_no_more_keys_than_its_messages_carry(int count, int creations, int bytes, int batches)
    {
        var keys = Enumerable.Range(0, count).Select(i => Wide($"key {i}", $"creation {i % creations}", bytes)).ToArray();
        var cut = KeyBatch.Of(keys);
        Assert.Equal(batches, cut.Count);
        Assert.Equal(keys.Select(k => k.Id).OrderBy(id => id.Value), cut.SelectMany(b => b.Keys).Select(k => k.Id).OrderBy(id => id.Value));
        foreach (var batch in cut)
        {
            var written = new ByteWriter();
            AnchorList.Write(written, [.. batch.Keys.Select(k => k.Anchor)]);
            HashSet<Digest32> held = [];
            Assert.Equal(written.Length, 2 + batch.Keys.Sum(k => AnchorList.Add(k.Anchor, held)));
            Assert.True(written.Length <= AnchorList.MaxBytes, $"{written.Length} bytes of anchors");
            // A dealer to 31 others: records, 16 points and a share a key, in rounds 1 and 2.
            var round1 = 128 + batch.Keys.Count * KeyRecordEncoding.Size(Curve.Secp256k1, 16);
            var sent = 31 * (round1 + batch.Keys.Count * (16 * 33 + 32));
            Assert.True(round1 <= SessionChannel.MaxPayload && sent <= 32 << 20, $"{round1} bytes of records, {sent} sent");
        }
    }
}
