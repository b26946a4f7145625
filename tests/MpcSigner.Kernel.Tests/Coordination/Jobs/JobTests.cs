using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Jobs;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Jobs;

public sealed class JobTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(1);

    private static Digest32 Accepted(AdministratorReply reply) => Assert.IsType<AdministratorReply.JobIs>(reply).Job.Job;

    private static ServiceError Refused(AdministratorReply reply) => Assert.IsType<AdministratorReply.Refused>(reply).Error;

    private static (MaintenanceOutcome, TimeSpan) Refusal(Reason reason) =>
        (new MaintenanceOutcome.Refused(new(reason, "not now", "later", [new(default, "node-c", reason, "not reachable: connection refused")])), Quick);

    [Fact]
    public void Steps_run_one_after_the_other_and_every_state_is_durable()
    {
        using var bench = new JobBench();
        var job = Accepted(bench.Submit([bench.Refresh(1)], [bench.Refresh(2)], [bench.Refresh(3)]));
        Assert.True(bench.RunUntil(() => bench.Row(job).Steps[0].State == JobStepState.Completed, Soon));
        Assert.Equal(JobState.Running, bench.Row(job).State);
        Assert.Equal(JobStepState.Waiting, bench.Row(job).Steps[2].State);
        Assert.True(bench.RunUntil(() => bench.Row(job).State == JobState.Completed, Soon));
        Assert.Equal([JobBench.Key(1), JobBench.Key(2), JobBench.Key(3)], bench.Runs.Select(run => run.Key));
        Assert.All(bench.Row(job).Steps, step => Assert.Equal((JobStepState.Completed, ""), (step.State, step.Outcome)));
    }

    [Fact]
    public void P10_A_job_goes_on_whichever_of_its_commits_was_the_last_before_the_crash()
    {
        var deaths = 0;
        for (var fatal = 1; ; fatal++)
        {
            using var bench = new JobBench { DiesAfterFlush = fatal };
            // The second order is aborted once, so that a spare one is part of every history.
            bench.Fate = (action, _) => action.Keys[0].Key == JobBench.Key(2) && action.Attempt == 1
                ? (new MaintenanceOutcome.Aborted("a party was lost", MayRetry: true), Quick)
                : (new MaintenanceOutcome.Completed(), Quick);
            IReadOnlyList<SignedOrder>[] steps = [[bench.Refresh(1)], [bench.Refresh(2), bench.Refresh(2, attempt: 2)], [bench.Refresh(3)]];
            var job = JobIds.Of(steps);
            if (fatal > 1)
                Accepted(bench.Submit(steps));
            else
                Assert.Throws<TimeoutException>(() => bench.Submit(steps)); // durable, and nobody was told
            bench.RunUntil(() => bench.HasDied || bench.Row(job).State != JobState.Running, Soon);
            if (!bench.HasDied)
                break; // the job has fewer commits: all are tried
            deaths++;
            bench.Restart();
            Assert.True(bench.RunUntil(() => bench.Row(job).State == JobState.Completed, Soon), $"died after flush {fatal}: {bench.Row(job).State}");
            Assert.All(bench.Row(job).Steps, step => Assert.Equal(JobStepState.Completed, step.State));
            Assert.Equal(bench.Done.Count, steps.Length);
        }
        Assert.True(deaths >= 8, $"{deaths} commits");
    }

    [Fact]
    public void The_same_orders_are_the_same_job()
    {
        using var bench = new JobBench();
        IReadOnlyList<SignedOrder>[] steps = [[bench.Refresh(1)], [bench.Refresh(2)]];
        var job = Accepted(bench.Submit(steps));
        Assert.Equal(job, Accepted(bench.Submit(steps)));
        Assert.True(bench.RunUntil(() => bench.Row(job).State == JobState.Completed, Soon));
        Assert.Equal(JobState.Completed, Assert.IsType<AdministratorReply.JobIs>(bench.Submit(steps)).Job.State);
        Assert.Equal(2, bench.Runs.Count);
        Assert.NotEqual(job, Accepted(bench.Submit([steps[1][0]], [steps[0][0]])));
        Assert.NotEqual(JobIds.Of(steps), JobIds.Of([[steps[0][0], steps[1][0]]]));
    }

    [Fact]
    public void A_spare_attempt_is_begun_only_after_the_one_before_was_aborted()
    {
        using var bench = new JobBench();
        bench.Fate = (action, _) => action.Attempt < 3
            ? (new MaintenanceOutcome.Aborted("a party was lost", MayRetry: true), Quick)
            : (new MaintenanceOutcome.Completed(), Quick);
        var job = Accepted(bench.Submit([bench.Refresh(1), bench.Refresh(1, 2), bench.Refresh(1, 3), bench.Refresh(1, 4)]));
        Assert.True(bench.RunUntil(() => bench.Row(job).State == JobState.Completed, Soon));
        Assert.Equal([1u, 2u, 3u], bench.Runs.Select(run => run.Attempt));
        Assert.Equal(2, bench.Row(job).Steps[0].Tried);
    }

    [Fact]
    public void A_stale_attempt_goes_to_the_next_and_a_wrong_order_fails_its_step_alone()
    {
        using var bench = new JobBench();
        bench.Fate = (action, _) => action.Keys[0].Key == JobBench.Key(2) ? Refusal(Reason.WrongGeneration)
            : action.Attempt == 1 ? Refusal(Reason.StaleAttempt)
            : (new MaintenanceOutcome.Completed(), Quick);
        var job = Accepted(bench.Submit([bench.Refresh(1), bench.Refresh(1, 2)], [bench.Refresh(2), bench.Refresh(2, 2)], [bench.Refresh(3, 2)]));
        Assert.True(bench.RunUntil(() => bench.Row(job).State == JobState.Failed, Soon));
        Assert.Equal([JobStepState.Completed, JobStepState.Failed, JobStepState.Completed], bench.Row(job).Steps.Select(step => step.State));
        Assert.Contains("WrongGeneration", bench.Row(job).Steps[1].Outcome, StringComparison.Ordinal);
        Assert.Contains("1 of 3 steps failed", bench.Row(job).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void An_aborted_order_that_must_not_be_tried_again_is_not()
    {
        using var bench = new JobBench();
        bench.Fate = (_, _) => (new MaintenanceOutcome.Aborted("node-b cheated", MayRetry: false), Quick);
        var job = Accepted(bench.Submit([bench.Refresh(1), bench.Refresh(1, 2)]));
        Assert.True(bench.RunUntil(() => bench.Row(job).State == JobState.Failed, Soon));
        Assert.Single(bench.Runs);
        Assert.Contains("node-b cheated", bench.Row(job).Steps[0].Outcome, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_nodes_are_named_while_a_step_waits_for_them_and_cost_no_attempt()
    {
        using var bench = new JobBench();
        bench.Fate = (_, run) => run <= 4 ? Refusal(Reason.TooFewNodes) : (new MaintenanceOutcome.Completed(), Quick);
        var job = Accepted(bench.Submit([bench.Refresh(1), bench.Refresh(1, 2)]));
        Assert.True(bench.RunUntil(() => bench.Row(job).Steps[0].Outcome.Length != 0, Soon));
        Assert.Contains("node-c: not reachable", bench.Row(job).Steps[0].Outcome, StringComparison.Ordinal);
        Assert.True(bench.RunUntil(() => bench.Row(job).State == JobState.Completed, Soon));
        Assert.Equal([1u, 1u, 1u, 1u, 1u], bench.Runs.Select(run => run.Attempt));
    }

    [Fact]
    public void A_step_waits_for_nodes_in_bounded_time()
    {
        using var bench = new JobBench(new() { WaitForNodes = TimeSpan.FromMinutes(3) });
        bench.Fate = (_, _) => Refusal(Reason.TooFewNodes);
        var job = Accepted(bench.Submit([bench.Refresh(1), bench.Refresh(1, 2)]));
        Assert.False(bench.RunUntil(() => bench.Row(job).State != JobState.Running, TimeSpan.FromMinutes(3)));
        Assert.True(bench.RunUntil(() => bench.Row(job).State == JobState.Failed, Soon));
        Assert.Contains("node-c", bench.Row(job).Steps[0].Outcome, StringComparison.Ordinal);
        Assert.True(bench.Runs.Count < 15, $"{bench.Runs.Count} tries");
    }

    [Fact]
    public void A_PENDING_step_lets_the_next_go_on_and_is_come_back_to()
    {
        using var bench = new JobBench();
        var pendings = 0;
        bench.Fate = (action, _) => action.Keys[0].Key == JobBench.Key(1) && !bench.Busy.Contains(JobBench.Key(9)) && ++pendings < 12
            ? (new MaintenanceOutcome.Pending("node-c has not confirmed"), Quick)
            : (new MaintenanceOutcome.Completed(), Quick);
        var job = Accepted(bench.Submit([bench.Refresh(1), bench.Refresh(1, 2)], [bench.Refresh(2)]));
        Assert.True(bench.RunUntil(() => bench.Row(job).Steps[1].State == JobStepState.Completed, TimeSpan.FromMinutes(5)));
        Assert.Equal(JobStepState.Running, bench.Row(job).Steps[0].State);
        Assert.Contains("PENDING: node-c", bench.Row(job).Steps[0].Outcome, StringComparison.Ordinal);
        Assert.True(bench.RunUntil(() => bench.Row(job).State == JobState.Completed, TimeSpan.FromMinutes(30)));
        // Never a second attempt beside one that may still come into use.
        Assert.DoesNotContain(bench.Runs, run => run.Attempt == 2);
    }

    /// <summary>Its certificate will never come, so nobody waits for it; without another attempt it is waited for all the same.</summary>
    [Fact]
    public void A_PENDING_attempt_that_a_member_has_aborted_gives_way_to_the_next()
    {
        using var bench = new JobBench();
        bench.Fate = (action, _) => (action.Attempt < 3 ? new MaintenanceOutcome.Pending("node-c has not confirmed", IsRefused: true) : new MaintenanceOutcome.Completed(), Quick);
        var job = Accepted(bench.Submit([bench.Refresh(1), bench.Refresh(1, 2), bench.Refresh(1, 3)]));
        Assert.True(bench.RunUntil(() => bench.Row(job).State == JobState.Completed, TimeSpan.FromSeconds(20)));
        Assert.Equal([1u, 2u, 3u], bench.Runs.Select(run => run.Attempt));
        Assert.Equal(2, bench.Row(job).Steps[0].Tried);

        var last = Accepted(bench.Submit([bench.Refresh(2)]));
        Assert.True(bench.RunUntil(() => bench.Row(last).State == JobState.Failed, TimeSpan.FromHours(2)));
        Assert.Contains("by an operator", bench.Row(last).Steps[0].Outcome, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_that_stays_PENDING_fails_in_bounded_time()
    {
        using var bench = new JobBench();
        bench.Fate = (_, _) => (new MaintenanceOutcome.Pending("node-c has not confirmed"), Quick);
        var job = Accepted(bench.Submit([bench.Refresh(1)]));
        Assert.True(bench.RunUntil(() => bench.Row(job).State == JobState.Failed, TimeSpan.FromHours(2)));
        Assert.Contains("by an operator", bench.Row(job).Steps[0].Outcome, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_job_begins_no_further_step_and_ends_once()
    {
        using var bench = new JobBench();
        var job = Accepted(bench.Submit([bench.Refresh(1)], [bench.Refresh(2)], [bench.Refresh(3)]));
        Assert.True(bench.RunUntil(() => bench.Runs.Count == 2, Soon));
        Assert.Null(bench.Cancel(job));
        Assert.Equal(Reason.AlreadyEnded, bench.Cancel(job)!.Reason);
        Assert.True(bench.RunUntil(() => bench.Row(job).State == JobState.Cancelled, Soon));
        Assert.Equal([JobStepState.Completed, JobStepState.Completed, JobStepState.Cancelled], bench.Row(job).Steps.Select(step => step.State));
        Assert.Equal(Reason.AlreadyEnded, bench.Cancel(job)!.Reason);
        Assert.Contains("admin-0", bench.Row(job).Detail, StringComparison.Ordinal);
        Assert.Equal(2, bench.Runs.Count);
        Assert.Equal(Reason.UnknownJob, bench.Cancel(JobIds.Of([[bench.Refresh(7)]]))!.Reason);
    }

    [Fact]
    public void A_cancelled_job_stays_cancelled_whichever_commit_was_the_last_before_the_crash()
    {
        for (var extra = 1; extra <= 3; extra++)
        {
            using var bench = new JobBench();
            bench.Fate = (_, _) => (new MaintenanceOutcome.Completed(), TimeSpan.FromSeconds(20));
            var job = Accepted(bench.Submit([bench.Refresh(1)], [bench.Refresh(2)]));
            Assert.True(bench.RunUntil(() => bench.Runs.Count == 1, Soon));
            Assert.Null(bench.Cancel(job));
            bench.DiesAfterFlush = bench.Flushes + extra - 1;
            bench.RunUntil(() => bench.HasDied, extra == 1 ? Quick : Soon);
            bench.Restart();
            Assert.True(bench.RunUntil(() => bench.Row(job).State != JobState.Running, Soon));
            Assert.DoesNotContain(bench.Runs, run => run.Key == JobBench.Key(2));
            Assert.Equal(JobState.Cancelled, bench.Row(job).State);
        }
    }

    [Fact]
    public void A_job_that_waits_is_cancelled_at_once()
    {
        using var bench = new JobBench(new() { MaxAtOnce = 1 });
        var first = Accepted(bench.Submit([bench.Refresh(1)]));
        var second = Accepted(bench.Submit([bench.Refresh(2)]));
        Assert.Null(bench.Cancel(second));
        Assert.True(bench.RunUntil(() => bench.Row(second).State == JobState.Cancelled, TimeSpan.FromMilliseconds(10)));
        Assert.True(bench.RunUntil(() => bench.Row(first).State == JobState.Completed, Soon));
        Assert.Single(bench.Runs);
    }

    [Fact]
    public void A_step_that_waits_for_nodes_ends_with_its_cancelled_job()
    {
        using var bench = new JobBench();
        bench.Fate = (_, _) => Refusal(Reason.TooFewNodes);
        var job = Accepted(bench.Submit([bench.Refresh(1), bench.Refresh(1, 2)]));
        bench.Run(TimeSpan.FromMinutes(1));
        Assert.Null(bench.Cancel(job));
        Assert.True(bench.RunUntil(() => bench.Row(job).State == JobState.Cancelled, Soon));
    }

    [Fact]
    public void Few_jobs_run_at_once_and_never_two_steps_with_a_common_key()
    {
        using var bench = new JobBench();
        var jobs = Enumerable.Range(0, 8).Select(i => Accepted(bench.Submit([bench.Refresh(1 + (i % 6))], [bench.Refresh(10 + i)]))).ToArray();
        Assert.True(bench.RunUntil(() => jobs.All(job => bench.Row(job).State == JobState.Completed), TimeSpan.FromMinutes(10)));
        Assert.InRange(bench.MostAtOnce, 2, 4); // two on one key at once would have thrown
        Assert.Equal(16, bench.Runs.Count);
    }

    [Fact]
    public void An_order_whose_time_is_over_fails_its_step_unless_it_is_done()
    {
        using var bench = new JobBench(new() { WaitForNodes = TimeSpan.FromHours(4) });
        bench.Fate = (_, _) => Refusal(Reason.TooFewNodes);
        var job = Accepted(bench.Submit([bench.Refresh(1, expiresInHours: 1)]));
        Assert.True(bench.RunUntil(() => bench.Row(job).State == JobState.Failed, TimeSpan.FromHours(2)));
        Assert.Contains("RequestExpired", bench.Row(job).Steps[0].Outcome, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_whose_signers_have_left_the_roster_says_so_and_what_to_do_unless_it_is_done()
    {
        using var bench = new JobBench(new() { WaitForNodes = TimeSpan.FromHours(4) });
        bench.Fate = (_, _) => Refusal(Reason.TooFewNodes);
        var helped = bench.Recover(2);
        var job = Accepted(bench.Submit([bench.Refresh(1)], [helped]));
        Assert.True(bench.RunUntil(() => bench.Runs.Count > 0, Soon));
        bench.Recovered(helped);
        bench.DismissSigner();
        var runs = bench.Runs.Count;
        bench.Restart();
        Assert.True(bench.RunUntil(() => bench.Row(job).State == JobState.Failed, Soon));
        var (left, done) = (bench.Row(job).Steps[0], bench.Row(job).Steps[1]);
        Assert.Equal((JobStepState.Failed, 0), (left.State, left.Tried));
        Assert.StartsWith("UnknownAdministrator: Roster version 2, in force by now, does not stand behind this order any more: ", left.Outcome, StringComparison.Ordinal);
        Assert.EndsWith("Compose orders anew for the keys that are not done, and have them signed by administrators of the roster in force.", left.Outcome, StringComparison.Ordinal);
        Assert.Equal((JobStepState.Completed, ""), (done.State, done.Outcome));
        Assert.Equal(runs, bench.Runs.Count);
    }

    [Fact]
    public void Rejects_what_is_no_job_and_says_which_step()
    {
        using var bench = new JobBench();
        var good = bench.Refresh(1);
        Assert.Equal(Reason.TooFewSignatures, Refused(bench.Submit([good], [bench.Refresh(2, signers: 1)])).Reason);
        Assert.StartsWith("Step 2 of 2:", Refused(bench.Submit([good], [bench.Refresh(2, signers: 1)])).Message, StringComparison.Ordinal);
        Assert.Equal(Reason.BadOrder, Refused(bench.Submit([good, bench.Refresh(2, attempt: 2)])).Reason); // another key
        Assert.Equal(Reason.BadOrder, Refused(bench.Submit([bench.Refresh(1, attempt: 2), good])).Reason); // attempts descend
        Assert.Equal(Reason.BadOrder, Refused(bench.Submit([bench.Sign(new AdministratorAction.Destroy([JobBench.Key(1)], bench.Wall.AddDays(2)), 2)])).Reason);
        Assert.Equal(Reason.WrongNode, Refused(bench.Submit([bench.Refresh(1, outside: true)])).Reason);
        Assert.Equal(Reason.MalformedRequest, Refused(bench.Submit()).Reason);
        Assert.Equal(Reason.MalformedRequest, Refused(bench.Submit([])).Reason);
        Assert.Equal(Reason.MalformedRequest, Refused(bench.Submit([.. Enumerable.Range(1, 9).Select(i => bench.Refresh(1, (uint)i))])).Reason);
        Assert.Equal(Reason.MalformedRequest, Refused(bench.Submit([.. Enumerable.Repeat<IReadOnlyList<SignedOrder>>([good], 101)])).Reason);
        var forged = good with { Signatures = [good.Signatures[0], good.Signatures[1] with { Signature = new byte[64] }] };
        Assert.Equal(Reason.BadClientSignature, Refused(bench.Submit([forged])).Reason);
        Assert.Empty(bench.Runs);
    }
}
