using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Rosters;
using MpcSigner.Node.Host;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Services;

/// <summary>What security teams do: what changes anything goes to the machine, which judges its signatures; what is only read comes from the store.</summary>
internal sealed class AdminServiceHandler(Door door, CallTable calls, AdministratorReads reads, ListTurns turns, JobWatch watch) : V1.AdminService.AdminServiceBase
{
    /// <summary>Bodies of all orders of a job: 10,000 keys with three attempts have 2.3 MiB, 25,000 fit.</summary>
    public const int MaxJobBytes = 6 << 20;

    /// <summary>As long as a document signature's reader takes.</summary>
    public const int MaxRosterSignatureBytes = 64 << 10;

    public const int MaxRosterBytes = 4 << 20;

    public override async Task<V1.Job> SubmitJob(V1.SubmitJobRequest request, ServerCallContext context)
    {
        var administrator = door.Administrator(context);
        var job = ReadJob(request);
        return await calls.CallAsync(administrator.Member.Id, job, context.CancellationToken).ConfigureAwait(false) switch
        {
            AdministratorReply.JobIs reply => AdministratorMessages.ToWire(reply.Job),
            AdministratorReply.Refused refused => throw new ServiceException(refused.Error),
            var other => throw new InvalidOperationException($"a job was answered by {other.GetType().Name}"),
        };
    }

    public override Task<V1.OrderAccepted> Command(V1.SignedOrder request, ServerCallContext context)
    {
        var administrator = door.Administrator(context);
        return SignedOrderMapping.TryRead(request, out var order, out var malformed)
            ? AcceptAsync(administrator.Member, new AdministratorCall.Command(order), context)
            : throw new ServiceException(malformed);
    }

    public override Task<V1.OrderAccepted> ApplyRoster(V1.RosterVersion request, ServerCallContext context)
    {
        var administrator = door.Administrator(context);
        if (request.Roster.Length is 0 or > MaxRosterBytes)
            throw Malformed($"roster has {request.Roster.Length} bytes; 1..{MaxRosterBytes} are allowed.");
        if (request.Signatures.Count is 0 or > Roster.MaxAdministrators)
            throw Malformed($"{request.Signatures.Count} signatures are given; 1..{Roster.MaxAdministrators} are allowed.");
        if (request.Signatures.FirstOrDefault(s => s.Length is 0 or > MaxRosterSignatureBytes) is { } bad)
            throw Malformed($"A signature has {bad.Length} bytes; 1..{MaxRosterSignatureBytes} are allowed.");
        var call = new AdministratorCall.ApplyRoster(request.Roster.ToByteArray(), [.. request.Signatures.Select(s => (ReadOnlyMemory<byte>)s.ToByteArray())]);
        return AcceptAsync(administrator.Member, call, context);
    }

    public override async Task<V1.Job> GetJob(V1.GetJobRequest request, ServerCallContext context)
    {
        _ = door.Administrator(context);
        return AdministratorMessages.ToWire(await reads.JobAsync(Id("job", request.Job), context.CancellationToken).ConfigureAwait(false));
    }

    public override async Task WatchJob(V1.GetJobRequest request, IServerStreamWriter<V1.Job> responses, ServerCallContext context)
    {
        _ = door.Administrator(context);
        var id = Id("job", request.Job);
        // Watched before it is read: a change in between is seen twice rather than never.
        using var watcher = watch.Watch(id) ?? throw new ServiceException(new(Reason.Overloaded, "As many jobs are watched at this node as it allows.", "Try again later, or ask for the job now and then."));
        var job = await reads.JobAsync(id, context.CancellationToken).ConfigureAwait(false);
        while (true)
        {
            await responses.WriteAsync(AdministratorMessages.ToWire(job), context.CancellationToken).ConfigureAwait(false);
            if (job.State != JobState.Running)
                return;
            job = await watcher.Changes.ReadAsync(context.CancellationToken).ConfigureAwait(false);
        }
    }

    public override async Task<V1.ListJobsResponse> ListJobs(V1.ListJobsRequest request, ServerCallContext context)
    {
        var administrator = door.Administrator(context).Member.Id.Value;
        var page = Page.From(request.Offset, request.Limit);
        return await turns.RunAsync(administrator, () => reads.JobsAsync(page, context.CancellationToken), context.CancellationToken).ConfigureAwait(false);
    }

    public override async Task<V1.ListJobOrdersResponse> ListJobOrders(V1.ListJobOrdersRequest request, ServerCallContext context)
    {
        var administrator = door.Administrator(context).Member.Id.Value;
        if (request.From >= AdministratorCall.SubmitJob.MaxSteps)
            throw Malformed($"from is {request.From}; a job has at most {AdministratorCall.SubmitJob.MaxSteps} steps.");
        return await turns.RunAsync(administrator, () => reads.JobOrdersAsync(Id("job", request.Job), (int)request.From, context.CancellationToken), context.CancellationToken).ConfigureAwait(false);
    }

    public override async Task<V1.ListOperationsResponse> ListOperations(V1.ListOperationsRequest request, ServerCallContext context)
    {
        var administrator = door.Administrator(context).Member.Id.Value;
        Digest32? after = request.After.IsEmpty ? null : Id("after", request.After);
        return await turns.RunAsync(administrator, () => reads.OperationsAsync(after, Page.Limit(request.Limit), context.CancellationToken), context.CancellationToken).ConfigureAwait(false);
    }

    public override async Task<V1.ListDestructionsResponse> ListDestructions(V1.ListDestructionsRequest request, ServerCallContext context)
    {
        var administrator = door.Administrator(context).Member.Id.Value;
        var page = Page.From(request.Offset, request.Limit);
        return await turns.RunAsync(administrator, () => reads.DestructionsAsync(page, context.CancellationToken), context.CancellationToken).ConfigureAwait(false);
    }

    public override async Task<V1.KeyStates> GetKeyStates(V1.GetKeyStatesRequest request, ServerCallContext context)
    {
        var administrator = door.Administrator(context).Member.Id.Value;
        if (request.Keys.Count is 0 or > KeyStateReads.MaxKeysPerCall)
            throw Malformed($"{request.Keys.Count} keys are asked for; 1..{KeyStateReads.MaxKeysPerCall} are allowed.");
        var keys = request.Keys.Select(k => new KeyId(Id("keys", k).Value)).Distinct().ToList();
        return await turns.RunAsync(administrator, () => reads.Keys.FindAsync(keys, context.CancellationToken), context.CancellationToken).ConfigureAwait(false);
    }

    public override async Task<V1.ListKeyStatesResponse> ListKeyStates(V1.ListKeyStatesRequest request, ServerCallContext context)
    {
        var administrator = door.Administrator(context).Member.Id.Value;
        if (request.Label.Length > StoreLimits.MaxLabelLength)
            throw Malformed($"label has {request.Label.Length} characters, at most {StoreLimits.MaxLabelLength} are allowed.");
        KeyId? after = request.After.IsEmpty ? null : new KeyId(Id("after", request.After).Value);
        NodeId? node = request.Node.IsEmpty ? null : new NodeId(Id("node", request.Node).Value);
        return await turns.RunAsync(administrator, () => reads.Keys.ListAsync(after, Page.Limit(request.Limit), request.Label, node, context.CancellationToken), context.CancellationToken).ConfigureAwait(false);
    }

    public override async Task<V1.ListRostersResponse> ListRosters(V1.ListRostersRequest request, ServerCallContext context)
    {
        var administrator = door.Administrator(context).Member.Id.Value;
        if (request.Limit > StoreLimits.MaxRosterPage)
            throw Malformed($"limit is {request.Limit}, at most {StoreLimits.MaxRosterPage}.");
        var limit = request.Limit == 0 ? StoreLimits.MaxRosterPage : (int)request.Limit;
        return await turns.RunAsync(administrator, () => reads.RostersAsync(Math.Max(request.From, 1), limit, request.HashesOnly, context.CancellationToken), context.CancellationToken).ConfigureAwait(false);
    }

    public override async Task<V1.ListEvidenceResponse> ListEvidence(V1.ListEvidenceRequest request, ServerCallContext context)
    {
        var administrator = door.Administrator(context).Member.Id.Value;
        return await turns.RunAsync(administrator, () => reads.Evidence.ListAsync(Page.From(request.Offset, request.Limit), context.CancellationToken), context.CancellationToken).ConfigureAwait(false);
    }

    public override async Task<V1.EvidencePiece> GetEvidence(V1.GetEvidenceRequest request, ServerCallContext context)
    {
        var administrator = door.Administrator(context).Member.Id.Value;
        if (request.From >= StoreLimits.MaxEvidenceBytes)
            throw Malformed($"from is {request.From}; an evidence file has at most {StoreLimits.MaxEvidenceBytes} bytes.");
        var id = Id("id", request.Id);
        return await turns.RunAsync(administrator, () => reads.Evidence.PieceAsync(id, (int)request.From, context.CancellationToken), context.CancellationToken).ConfigureAwait(false);
    }

    private async Task<V1.OrderAccepted> AcceptAsync(RosterAdministrator administrator, AdministratorCall call, ServerCallContext context) =>
        await calls.CallAsync(administrator.Id, call, context.CancellationToken).ConfigureAwait(false) switch
        {
            AdministratorReply.Accepted => new(),
            AdministratorReply.Refused refused => throw new ServiceException(refused.Error),
            var other => throw new InvalidOperationException($"{call.GetType().Name} was answered by {other.GetType().Name}"),
        };

    private static AdministratorCall.SubmitJob ReadJob(V1.SubmitJobRequest request)
    {
        if (request.Title.Length is 0 or > AdministratorCall.SubmitJob.MaxTitleLength)
            throw Malformed($"title has {request.Title.Length} characters; 1..{AdministratorCall.SubmitJob.MaxTitleLength} are allowed.");
        // Titles reach terminals and logs; escape sequences must not, nor what reorders text.
        if (!OneLine.Holds(request.Title))
            throw Malformed("title holds control characters.");
        if (request.Steps.Count is 0 or > AdministratorCall.SubmitJob.MaxSteps)
            throw Malformed($"{request.Steps.Count} steps are given; 1..{AdministratorCall.SubmitJob.MaxSteps} are allowed.");
        var total = request.Steps.Sum(s => s.Orders.Sum(o => (long)o.Body.Length));
        if (total > MaxJobBytes)
            throw Malformed($"The job's orders have {total} bytes, at most {MaxJobBytes} are allowed. Make several jobs of it.");
        List<IReadOnlyList<SignedOrder>> steps = [];
        foreach (var step in request.Steps)
        {
            if (step.Orders.Count is 0 or > JobStep.MaxOrders)
                throw Malformed($"A step has {step.Orders.Count} orders; 1..{JobStep.MaxOrders} are allowed.");
            var orders = new SignedOrder[step.Orders.Count];
            for (var i = 0; i < orders.Length; i++)
            {
                if (!SignedOrderMapping.TryRead(step.Orders[i], out var order, out var malformed))
                    throw new ServiceException(malformed);
                orders[i] = order;
            }
            steps.Add(orders);
        }
        return new(request.Title, steps);
    }

    private static Digest32 Id(string field, ByteString bytes) => bytes.Length == Digest32.Size
        ? new(bytes.Span)
        : throw Malformed($"{field} has {bytes.Length} bytes, expected {Digest32.Size}.");

    private static ServiceException Malformed(string message) => new(new(Reason.MalformedRequest, message, "Correct the call."));
}
