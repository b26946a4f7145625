using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Client.Calls;
using MpcSigner.Client.Errors;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Rosters;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Client.Administration;

/// <summary>Jobs and commands at their nodes.</summary>
internal sealed class JobCalls(Roster roster, AdministratorConnections nodes)
{
    private const uint JobsPerPage = 100;

    public async Task<IReadOnlyList<JobStatus>> SubmitAsync(JobFile file, string? node, CancellationToken cancellation)
    {
        List<JobStatus> submitted = [];
        for (var i = 0; i < file.Jobs.Count; i++)
        {
            var job = file.Jobs[i];
            var at = Names.Node(roster, node ?? job.Node);
            var request = new V1.SubmitJobRequest { Title = file.Jobs.Count == 1 ? file.Title : $"{file.Title} ({i + 1} of {file.Jobs.Count})" };
            foreach (var step in job.Steps)
            {
                var orders = new V1.JobOrders();
                orders.Orders.Add(step.Orders.Select(SignedOrderMapping.ToWire));
                request.Steps.Add(orders);
            }
            var answer = await nodes.AskAsync(at, async (n, call) => await n.Admin.SubmitJobAsync(request, call), cancellation).ConfigureAwait(false);
            submitted.Add(JobMapping.Read(answer, at));
        }
        foreach (var command in file.Commands)
            await CommandAsync(command, node, cancellation).ConfigureAwait(false);
        return submitted;
    }

    public async IAsyncEnumerable<JobStatus> WatchAsync(Digest32 job, RosterNode node, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var call = nodes.Of(node).Admin.WatchJob(Request(job), new CallOptions(cancellationToken: cancellation));
        while (await MoveNextAsync(call.ResponseStream).ConfigureAwait(false))
            yield return JobMapping.Read(call.ResponseStream.Current, node);

        async Task<bool> MoveNextAsync(IAsyncStreamReader<V1.Job> stream)
        {
            try
            {
                return await stream.MoveNext(cancellation).ConfigureAwait(false);
            }
            catch (RpcException e)
            {
                cancellation.ThrowIfCancellationRequested();
                throw AdministratorConnections.ToException(node, e);
            }
        }
    }

    public async Task<JobStatus> GetAsync(Digest32 job, RosterNode? node, CancellationToken cancellation)
    {
        if (node is null)
        {
            var answers = await nodes.AskAllAsync(async (n, call) => await n.Admin.GetJobAsync(Request(job), call), cancellation).ConfigureAwait(false);
            node = answers.FirstOrDefault(a => a.Value is not null)?.Node ?? throw UnknownJob(job, [.. answers.Select(a => a.Refusal!)]);
        }
        var status = JobMapping.Read(await nodes.AskAsync(node, async (n, call) => await n.Admin.GetJobAsync(Request(job), call), cancellation).ConfigureAwait(false), node);
        var orders = await OrdersAsync(job, node, cancellation).ConfigureAwait(false);
        return status with { Steps = [.. status.Steps.Select((s, i) => i < orders.Count ? s with { Order = OrderSummaries.TryRead(orders[i].Orders[0]) } : s)] };
    }

    public async Task<JobFile> ExportAsync(Digest32 job, RosterNode node, CancellationToken cancellation)
    {
        var status = JobMapping.Read(await nodes.AskAsync(node, async (n, call) => await n.Admin.GetJobAsync(Request(job), call), cancellation).ConfigureAwait(false), node);
        return new(roster.Cluster, status.Title, [new(node.Name, await OrdersAsync(job, node, cancellation).ConfigureAwait(false))], []);
    }

    public async Task<Collected<JobStatus>> ListAsync(CancellationToken cancellation)
    {
        var answers = await nodes.AskAllAsync(async (node, _) =>
        {
            List<JobStatus> found = [];
            var request = new V1.ListJobsRequest { Limit = JobsPerPage };
            do
            {
                var page = await node.Admin.ListJobsAsync(request, node.Within(NodeConnection.PageTimeout, cancellation));
                found.AddRange(page.Jobs.Select(j => JobMapping.Read(j, node.Node)));
                if (page.Next != 0 && page.Next <= request.Offset)
                    throw Failures.NotVerified($"Node {node.Node.Name} answered with a page that does not lead on.");
                request.Offset = page.Next;
            }
            while (request.Offset != 0);
            return found;
        }, cancellation).ConfigureAwait(false);
        if (answers.All(a => a.Value is null))
            throw Failures.NoAnswer([.. answers.Select(a => a.Refusal!)]);
        return new([.. answers.SelectMany(a => a.Value ?? []).OrderByDescending(j => j.CreatedAt)], [.. answers.Select(a => a.Refusal).OfType<NodeRefusal>()]);
    }

    public async Task ApplyRosterAsync(RosterNode node, ReadOnlyMemory<byte> bytes, IReadOnlyList<ReadOnlyMemory<byte>> signatures, CancellationToken cancellation)
    {
        var request = new V1.RosterVersion { Roster = ByteString.CopyFrom(bytes.Span) };
        request.Signatures.Add(signatures.Select(s => ByteString.CopyFrom(s.Span)));
        await nodes.AskAsync(node, async (n, call) => await n.Admin.ApplyRosterAsync(request, call), cancellation).ConfigureAwait(false);
    }

    /// <summary>At the node that the command names; else at the first that takes it, which passes it on.</summary>
    private async Task CommandAsync(FiledCommand command, string? named, CancellationToken cancellation)
    {
        var request = SignedOrderMapping.ToWire(command.Order);
        if ((named ?? command.Node) is { Length: > 0 } name)
        {
            await nodes.AskAsync(Names.Node(roster, name), async (n, call) => await n.Admin.CommandAsync(request, call), cancellation).ConfigureAwait(false);
            return;
        }
        List<NodeRefusal> silent = [];
        foreach (var node in roster.Nodes)
        {
            try
            {
                await nodes.AskAsync(node, async (n, call) => await n.Admin.CommandAsync(request, call), cancellation).ConfigureAwait(false);
                return;
            }
            catch (MpcSignerException e) when (e.Reason == "UNREACHABLE")
            {
                silent.AddRange(e.Nodes);
            }
        }
        throw Failures.NoAnswer(silent);
    }

    private async Task<IReadOnlyList<FiledStep>> OrdersAsync(Digest32 job, RosterNode node, CancellationToken cancellation)
    {
        List<FiledStep> steps = [];
        var request = new V1.ListJobOrdersRequest { Job = ByteString.CopyFrom(job.ToArray()) };
        do
        {
            var page = await nodes.AskAsync(node, async (n, call) => await n.Admin.ListJobOrdersAsync(request, call), cancellation).ConfigureAwait(false);
            foreach (var step in page.Steps)
            {
                List<SignedOrder> orders = [];
                foreach (var order in step.Orders)
                    orders.Add(SignedOrderMapping.TryRead(order, out var read, out _) ? read : throw Failures.NotVerified($"Node {node.Name} sent an order of job {job} that is malformed."));
                steps.Add(orders.Count > 0 ? new(orders) : throw Failures.NotVerified($"Node {node.Name} sent a step of job {job} without orders."));
            }
            if (page.Next != 0 && page.Next <= request.From)
                throw Failures.NotVerified($"Node {node.Name} answered with a page that does not lead on.");
            request.From = page.Next;
        }
        while (request.From != 0);
        return steps;
    }

    /// <summary>A job is known to the node that it was given to, and to no other.</summary>
    private static MpcSignerException UnknownJob(Digest32 job, IReadOnlyList<NodeRefusal> refusals)
    {
        var silent = refusals.Where(r => r.Reason != ReasonCodes.Name(Reason.UnknownJob)).Select(r => r.NodeName).ToList();
        return silent.Count == 0
            ? new(FailureKind.Invalid, "UNKNOWN_JOB", $"No node knows job {job}.", "Check the id: mpcsigner job list.", [])
            : new(FailureKind.Unavailable, "UNKNOWN_JOB", $"No node that answered knows job {job}; {string.Join(", ", silent)} did not answer.",
                "Start the node that it was given to: the job is known there only, and goes on by itself. If that node is gone for good, compose the orders anew.", refusals);
    }

    private static V1.GetJobRequest Request(Digest32 job) => new() { Job = ByteString.CopyFrom(job.ToArray()) };
}
