using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Jobs;

/// <summary>Reads a job that is handed in: every order is authenticated and judged before anything of it is accepted.</summary>
/// <remarks>One step of the job an event: hundreds of signatures over large bodies must not hold up those who sign.</remarks>
internal sealed class JobReading(MachineContext context, OrderGate gate, AdministratorCall.SubmitJob job, Action accepted, Action<ServiceError> refused)
{
    private int _next;

    public void Begin()
    {
        var error = JudgeForm();
        if (error is not null)
            refused(error);
        else
            ReadNext();
    }

    private void ReadNext()
    {
        if (_next == job.Steps.Count)
        {
            accepted();
            return;
        }
        if (JudgeStep(job.Steps[_next]) is { } error)
        {
            refused(error with { Message = $"Step {_next + 1} of {job.Steps.Count}: {error.Message}" });
            return;
        }
        _next++;
        context.StartTimer(TimeSpan.Zero, ReadNext);
    }

    private ServiceError? JudgeForm()
    {
        if (job.Title.Length is 0 or > AdministratorCall.SubmitJob.MaxTitleLength || !OneLine.Holds(job.Title))
            return Refusals.Malformed($"A job's title has 1..{AdministratorCall.SubmitJob.MaxTitleLength} characters, none of them a control character or one that changes the direction of text.");
        if (job.Steps.Count is 0 or > AdministratorCall.SubmitJob.MaxSteps)
            return Refusals.Malformed($"A job has 1..{AdministratorCall.SubmitJob.MaxSteps} steps, not {job.Steps.Count}.");
        for (var i = 0; i < job.Steps.Count; i++)
        {
            if (job.Steps[i].Count is 0 or > JobStep.MaxOrders)
                return Refusals.Malformed($"Step {i + 1} of {job.Steps.Count}: a step has 1..{JobStep.MaxOrders} orders, not {job.Steps[i].Count}.");
        }
        return null;
    }

    private ServiceError? JudgeStep(IReadOnlyList<SignedOrder> orders)
    {
        var read = new List<AuthenticatedOrder>(orders.Count);
        foreach (var signed in orders)
        {
            if (!gate.TryAuthenticate(signed, Door.Client, context.Now.Wall, out var order, out var error))
                return error;
            read.Add(order);
        }
        return StepTerms.Judge(read, context.Self);
    }
}
