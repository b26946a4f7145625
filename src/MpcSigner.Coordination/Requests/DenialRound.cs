using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Requests;

/// <summary>This node has denied a request: logged and stored first; then the other nodes are asked what they decide, so that the client sees each one's reason.</summary>
internal sealed class DenialRound(Rooms rooms, RequestEntry entry, ServiceError denial, Action<ServiceError> answer)
{
    private readonly List<NodeReason> _reasons = [new(rooms.Context.Self, rooms.Context.NameOf(rooms.Context.Self), denial.Reason, denial.Message)];
    private int _outstanding;

    public void Begin()
    {
        var request = entry.Request;
        var batch = new Batch()
            .Log(AuditKind.RequestReceived, request.BodyHash, request.Key, Journal.Text(request.Client.Name))
            .Log(AuditKind.Denied, request.BodyHash, request.Key, Journal.Text(denial.Message));
        entry.Put(batch, RequestState.Denied, ServiceErrorEncoding.Encode(denial));
        rooms.Ledger.Commit(entry, batch, Ask);
    }

    private void Ask()
    {
        var context = rooms.Context;
        if (denial.Reason == Reason.PolicyDenied)
        {
            foreach (var peer in rooms.Peers.All)
            {
                if (!rooms.Peers.IsReachable(peer) || (entry.Key is { } key && key.Record.Find(peer.Nid) is null))
                    continue; // silent, or with no share of the key and so no verdict
                _outstanding++;
                context.Call(peer.Nid, new PeerCall.Judge(entry.Request.Signed, context.Now.Wall),
                    (_, reply) => Heard(peer.Nid, reply), _ => Settle());
            }
        }
        _outstanding++;
        Settle();
    }

    private void Heard(NodeId nid, PeerReply reply)
    {
        var name = rooms.Context.NameOf(nid);
        switch (reply)
        {
            case PeerReply.Judged { Denial: { } theirs }:
                _reasons.Add(new(nid, name, theirs.Reason, theirs.Message));
                break;
            case PeerReply.Refused refused:
                _reasons.Add(new(nid, name, refused.Error.Reason, refused.Error.Message));
                break;
        }
        Settle();
    }

    private void Settle()
    {
        if (--_outstanding == 0)
            answer(denial with { Nodes = [.. _reasons.OrderBy(reason => reason.Node)] });
    }
}
