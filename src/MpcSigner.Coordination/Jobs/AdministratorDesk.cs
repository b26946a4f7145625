using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Destructions;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;

namespace MpcSigner.Coordination.Jobs;

/// <summary>The administrators' door: orders rest on their signatures, whoever brings them.</summary>
internal sealed class AdministratorDesk(Rooms rooms, JobBook jobs, DestructionBook destructions)
{
    private readonly MachineContext _context = rooms.Context;

    public void SubmitJob(CallId call, AdministratorCall.SubmitJob job) => jobs.Submit(job, reply => Answer(call, reply));

    public void Command(CallId call, SignedOrder signed)
    {
        if (!rooms.Orders.TryAuthenticate(signed, Door.Client, _context.Now.Wall, out var order, out var error))
        {
            Answer(call, new AdministratorReply.Refused(error));
            return;
        }
        switch (order.Body.Action)
        {
            case AdministratorAction.Destroy:
                destructions.Accept(order, from: null, ended => Reply(call, ended));
                break;
            case AdministratorAction.CancelDestruction:
                destructions.Cancel(order, from: null, ended => Reply(call, ended));
                break;
            case AdministratorAction.EndAttempt end:
                rooms.Maintenance.EndAttempt(end.Order, end.End, ended => Reply(call, ended));
                break;
            case AdministratorAction.CancelJob cancel:
                jobs.Cancel(cancel.Job, order.Origin, ended => Reply(call, ended));
                break;
            default:
                Answer(call, new AdministratorReply.Refused(new(Reason.BadOrder, "A refresh, reshare or recovery runs as a step of a job.", "Submit it as a job.")));
                break;
        }
    }

    /// <summary>Administrators' word by way of a peer, who is believed nothing: the order is judged like any other.</summary>
    public void Forwarded(CallId call, NodeId peer, SignedOrder signed)
    {
        if (!rooms.Orders.TryAuthenticate(signed, Door.Peer, _context.Now.Wall, out var order, out var error))
        {
            _context.Do(new NodeEffect.AnswerPeer(call, new PeerReply.Refused(error)));
            return;
        }
        switch (order.Body.Action)
        {
            case AdministratorAction.Destroy:
                destructions.Accept(order, peer, Reply);
                break;
            case AdministratorAction.CancelDestruction:
                destructions.Cancel(order, peer, Reply);
                break;
            default:
                Reply(new(Reason.BadOrder, "Only destructions and what calls them off go from node to node.", "Run nodes of compatible versions."));
                break;
        }

        void Reply(ServiceError? refusal) =>
            _context.Do(new NodeEffect.AnswerPeer(call, refusal is null ? new PeerReply.Accepted() : new PeerReply.Refused(refusal)));
    }

    private void Reply(CallId call, ServiceError? refusal) =>
        Answer(call, refusal is null ? new AdministratorReply.Accepted() : new AdministratorReply.Refused(refusal));

    private void Answer(CallId call, AdministratorReply reply) => _context.Do(new NodeEffect.AnswerAdministrator(call, reply));
}
