using System.Text;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Cryptography.Statements;

namespace MpcSigner.Coordination.Audit;

/// <summary>The end of this node's log: chains and signs what is appended, in the order of the commits that carry it.</summary>
/// <remarks>The head moves when a batch is committed, before it is durable: commits become durable in order, and one that fails halts the machine.</remarks>
internal sealed class Journal(MachineContext context)
{
    private LogHead _head = context.Setup.Stored.Log;

    public IReadOnlyList<StoreWrite.Append> Chain(IReadOnlyList<Batch.LogItem> items, DateTimeOffset now)
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds()); // as precise as its encoding
        var appended = new StoreWrite.Append[items.Count];
        for (var i = 0; i < appended.Length; i++)
        {
            var item = items[i];
            var sequence = _head.Sequence + 1;
            var hash = AuditStatements.EntryHash(_head.Hash, AuditEntryEncoding.Encode(sequence, time, item.Kind, item.Request, item.Key, item.Detail));
            var signature = new byte[Ed25519Signature.Size];
            context.Identity.Sign(AuditStatements.Head(context.Roster.Cluster, context.Self, sequence, hash).ToArray(), signature);
            appended[i] = new(new(sequence, time, item.Kind, item.Request, item.Key, item.Detail, hash, signature));
            _head = new(sequence, hash);
        }
        return appended;
    }

    /// <summary>A reason as a log entry's detail: UTF-8, cut to what an entry may hold.</summary>
    public static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length <= AuditEntry.MaxDetailBytes ? bytes : bytes[..AuditEntry.MaxDetailBytes];
    }
}
