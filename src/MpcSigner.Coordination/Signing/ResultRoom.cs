using System.Security.Cryptography;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Signing;

/// <summary>Keeps finished signatures that others made or that we helped to make, so that every node answers a repeated request alike.</summary>
internal sealed class ResultRoom(Rooms rooms)
{
    /// <summary>A peer pushes a result: verified under the key, over the message that this node derives from the request itself.</summary>
    public void Push(CallId call, PeerCall.PushResult push)
    {
        if (!rooms.Gate.TryAuthenticateEver(push.Request, out var request, out var error))
        {
            Answer(call, new PeerReply.Refused(error));
            return;
        }
        rooms.Ledger.Claim(request, entry => OnClaimed(call, entry, push.Signature), refused => Answer(call, new PeerReply.Refused(refused)));
    }

    private void OnClaimed(CallId call, RequestEntry entry, ReadOnlyMemory<byte> signature)
    {
        // Policy is asked too: a node stores no result that it would have refused; it would have to answer it.
        if (!SigningCase.TryJudge(rooms.Context, entry.Request, entry.Key, out var signing, out var error))
        {
            rooms.Ledger.Release(entry);
            Answer(call, new PeerReply.Refused(error));
            return;
        }
        if (!SignatureCheck.Holds(signing, signature.Span))
        {
            rooms.Ledger.Release(entry);
            Answer(call, new PeerReply.Refused(new(Reason.PeerFault, "The pushed signature does not verify under the key.", "Look at the sender's audit log.")));
            return;
        }
        Store(rooms, entry, signature);
        rooms.Ledger.Release(entry);
        Answer(call, new PeerReply.Accepted());
    }

    /// <summary>Makes a verified result durable, once.</summary>
    public static void Store(Rooms rooms, RequestEntry entry, ReadOnlyMemory<byte> signature, Action? durable = null)
    {
        if (durable is not null)
            entry.WhenResultDurable(durable);
        if (entry.IsCompleted)
            return;
        var batch = new Batch().Log(AuditKind.RequestCompleted, entry.Request.BodyHash, entry.Request.Key, SHA256.HashData(signature.Span));
        entry.Book(batch).Put(batch, RequestState.Completed, signature);
        rooms.Ledger.Commit(entry, batch, static () => { });
    }

    private void Answer(CallId call, PeerReply reply) => rooms.Context.Do(new NodeEffect.AnswerPeer(call, reply));
}
