using Google.Protobuf;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Services;

/// <summary>What administrators read of this node's store, in bounded pages.</summary>
internal sealed class AdministratorReads(INodeStore store, NodeId self)
{
    public KeyStateReads Keys { get; } = new(store);

    public EvidenceAnswers Evidence { get; } = new(store);

    /// <exception cref="ServiceException">This node knows no such job.</exception>
    public async Task<JobRow> JobAsync(Digest32 job, CancellationToken cancellation) =>
        (await AskAsync<StoreAnswer.Job>(new StoreQuery.FindJob(job), cancellation).ConfigureAwait(false)).Row
        ?? throw new ServiceException(new(Reason.UnknownJob, $"This node knows no job {job}.", "Ask the node that the job was given to."));

    public async Task<V1.ListJobsResponse> JobsAsync(Page page, CancellationToken cancellation)
    {
        var rows = (await AskAsync<StoreAnswer.Jobs>(new StoreQuery.ListJobs(), cancellation).ConfigureAwait(false)).Rows;
        var response = new V1.ListJobsResponse();
        var taken = Page.Fill(rows.Skip(page.Offset).Select(AdministratorMessages.ToWire), page.Count, response.Jobs);
        response.Next = Next(page, taken, rows.Count);
        return response;
    }

    public async Task<V1.ListJobOrdersResponse> JobOrdersAsync(Digest32 job, int from, CancellationToken cancellation)
    {
        var row = await JobAsync(job, cancellation).ConfigureAwait(false);
        var response = new V1.ListJobOrdersResponse();
        var taken = Page.Fill(row.Steps.Skip(from).Select(ToWire), StoreLimits.MaxPage, response.Steps);
        response.Next = from + taken < row.Steps.Count ? (uint)(from + taken) : 0;
        return response;
    }

    public async Task<V1.ListDestructionsResponse> DestructionsAsync(Page page, CancellationToken cancellation)
    {
        var rows = (await AskAsync<StoreAnswer.Destructions>(new StoreQuery.ListDestructions(), cancellation).ConfigureAwait(false)).Rows;
        var response = new V1.ListDestructionsResponse();
        var taken = Page.Fill(rows.Skip(page.Offset).Select(AdministratorMessages.ToWire), page.Count, response.Destructions);
        response.Next = Next(page, taken, rows.Count);
        return response;
    }

    public async Task<V1.ListOperationsResponse> OperationsAsync(Digest32? after, int limit, CancellationToken cancellation)
    {
        var open = (await AskAsync<StoreAnswer.Maintenances>(new StoreQuery.ListOpenMaintenance(), cancellation).ConfigureAwait(false)).Rows;
        var rows = open.OrderBy(r => r.Order.Value).Where(r => after is not { } last || r.Order.Value.CompareTo(last.Value) > 0).ToList();
        var response = new V1.ListOperationsResponse();
        // Few bytes each, whatever the size of the order.
        foreach (var chunk in rows.Take(limit).Chunk(StoreLimits.MaxQueriesPerRead))
        {
            var answers = await store.ReadAsync([.. chunk.Select(r => new StoreQuery.FindGenerations(r.Keys[0].Key))], cancellation).ConfigureAwait(false);
            foreach (var (row, answer) in chunk.Zip(answers.Cast<StoreAnswer.Generations>()))
                response.Operations.Add(AdministratorMessages.ToWire(row, answer.Rows.FirstOrDefault(k => k.Record.Generation == row.Keys[0].Generation), self));
        }
        if (rows.Count > limit)
            response.Next = ByteString.CopyFrom(rows[limit - 1].Order.ToArray());
        return response;
    }

    public async Task<V1.ListRostersResponse> RostersAsync(uint from, int limit, bool hashesOnly, CancellationToken cancellation)
    {
        var rows = (await AskAsync<StoreAnswer.Rosters>(new StoreQuery.ListRosters(from), cancellation).ConfigureAwait(false)).Rows;
        var response = new V1.ListRostersResponse();
        var taken = Page.Fill(rows.Select(r => AdministratorMessages.ToWire(r, hashesOnly)), limit, response.Rosters);
        var last = rows.Count > 0 ? rows[^1].Version : 0;
        response.Head = await HeadAsync(from, rows.Count, last, cancellation).ConfigureAwait(false);
        response.Next = taken > 0 && rows[taken - 1].Version < response.Head ? rows[taken - 1].Version + 1 : 0;
        return response;
    }

    /// <summary>The newest version. Versions have no gaps, so full pages are walked to their end.</summary>
    private async Task<uint> HeadAsync(uint from, int count, uint last, CancellationToken cancellation)
    {
        // A page that begins beyond the head is empty: the head is then below it.
        if (count == 0 && from > 1)
            (from, count, last) = (1, StoreLimits.MaxRosterPage, 0);
        while (count == StoreLimits.MaxRosterPage)
        {
            var rows = (await AskAsync<StoreAnswer.Rosters>(new StoreQuery.ListRosters(last + 1), cancellation).ConfigureAwait(false)).Rows;
            count = rows.Count;
            if (count > 0)
                last = rows[^1].Version;
        }
        return last;
    }

    private static V1.JobOrders ToWire(JobStep step)
    {
        var message = new V1.JobOrders();
        message.Orders.Add(step.Orders.Select(SignedOrderMapping.ToWire));
        return message;
    }

    private static uint Next(Page page, int taken, int count) => page.Offset + taken < count && taken > 0 ? (uint)(page.Offset + taken) : 0;

    private async Task<T> AskAsync<T>(StoreQuery query, CancellationToken cancellation) where T : StoreAnswer =>
        (T)(await store.ReadAsync([query], cancellation).ConfigureAwait(false))[0];
}
