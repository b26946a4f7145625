using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>Before an order begins: of every earlier attempt that this node knows, the ABORT of each member that was a party of it (spec §10 "Attempts"). From READY, or asked for.</summary>
internal sealed class AbortCheck(
    Rooms rooms, MaintenanceBook book, MaintenanceCase later, IReadOnlyList<OwnAbort> known, IReadOnlyDictionary<PartyId, IReadOnlyList<OwnAbort>> ready,
    Action held, Action<string> missing) : IDisposable
{
    private readonly MachineContext _context = rooms.Context;
    private int _outstanding = 1;
    private bool _over;

    public void Begin()
    {
        // What this node never acknowledged needs no other's ABORT: without its own ACK there is no certificate.
        foreach (var attempt in known.Where(attempt => attempt.Kind != AbortKind.NeverAcknowledged))
        {
            PartyId[] silent = [.. ready.Where(member => !Says(member.Key, member.Value, attempt.Order)).Select(member => member.Key)];
            if (silent.Length > 0)
                Ask(attempt.Order, silent);
        }
        End();
    }

    private bool Says(PartyId pid, IReadOnlyList<OwnAbort> aborts, Digest32 order) =>
        aborts.Any(abort => abort.Order == order && Holds(later.NidOf(pid)!.Value, order, abort.Kind, abort.Signature));

    /// <summary>A member that said nothing of an attempt may not have been a party of it; one that was is shown the attempt, and refuses it for ever.</summary>
    private void Ask(Digest32 order, PartyId[] silent)
    {
        _outstanding++;
        _context.Read([new StoreQuery.FindMaintenance(order)],
            answers =>
            {
                if (!_over && ((StoreAnswer.Maintenance)answers[0]).Row is { } row)
                {
                    if (book.Recall(row) is { } attempt)
                        Ask(attempt, silent);
                    else
                        Fail($"order {order} of an earlier attempt cannot be read any more");
                }
                End();
            },
            _ => Fail("the store could not be read"));
    }

    private void Ask(MaintenanceCase attempt, PartyId[] silent)
    {
        foreach (var pid in silent)
        {
            var nid = later.NidOf(pid)!.Value;
            if (attempt.MemberPid(nid) is null)
                continue;
            _outstanding++;
            _context.Call(nid, new PeerCall.AskMaintenance(attempt.Hash, attempt.Order.Signed), (_, reply) => OnAnswer(attempt, nid, reply), why => Fail($"node {_context.NameOf(nid)} did not answer: {why}"));
        }
    }

    private void OnAnswer(MaintenanceCase attempt, NodeId nid, PeerReply reply)
    {
        switch (reply)
        {
            case PeerReply.Maintenance { Answer: MaintenanceAnswer.Aborted aborted } when Holds(nid, attempt.Hash, (AbortKind)aborted.Kind, aborted.Signature):
                End();
                break;
            case PeerReply.Maintenance { Answer: MaintenanceAnswer.Certified }:
                Fail($"node {_context.NameOf(nid)} has activated an earlier attempt (order {attempt.Hash}): roll it back there first");
                break;
            default:
                Fail($"node {_context.NameOf(nid)} has not aborted an earlier attempt (order {attempt.Hash})");
                break;
        }
    }

    private bool Holds(NodeId nid, Digest32 order, AbortKind kind, ReadOnlyMemory<byte> signature) =>
        MaintenanceAnswers.IsAbort(_context, nid, order, kind, signature);

    private void End()
    {
        if (--_outstanding > 0 || _over)
            return;
        _over = true;
        held();
    }

    private void Fail(string why)
    {
        if (_over)
            return;
        _over = true;
        missing(why);
    }

    public void Dispose() => _over = true;
}
