using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Coordination.Destructions;

/// <summary>The deed at this node: the keys are not used any more, what uses them ends, every share of every generation is erased, and the node signs that it is so.</summary>
/// <remarks>The attestation is signed after a quiet time in which no use of a share can begin, so that none is left in memory either, and becomes durable with the erasure or not at all.
/// A process that dies before begins again: what it had stopped stays stopped, since the destruction still waits on disk.</remarks>
internal sealed class Erasure(Rooms rooms, KeyClaims claims, DestructionRow row, Action erased)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly MachineContext _context = rooms.Context;
    private readonly List<(KeyId Key, uint Generation)> _shares = [];

    public void Begin()
    {
        _context.StoppedKeys.Add(row.Keys);
        GenerationSwitch.Stopped(rooms, row.Keys, []);
        _context.StartTimer(_context.Settings.Destructions.Quiet, Claim);
    }

    /// <summary>No session of maintenance runs on the keys, and none begins: it would bring shares back.</summary>
    private void Claim()
    {
        if (claims.TryBeginDestruction(row.Keys))
            ReadGenerations(0);
        else
            _context.StartTimer(Retry, Claim);
    }

    private void ReadGenerations(int from)
    {
        KeyId[] chunk = [.. row.Keys.Skip(from).Take(StoreLimits.MaxQueriesPerRead)];
        if (chunk.Length == 0)
        {
            Erase();
            return;
        }
        _context.Read([.. chunk.Select(key => new StoreQuery.FindGenerations(key))], answers =>
        {
            _shares.AddRange(answers.SelectMany(answer => ((StoreAnswer.Generations)answer).Rows).Select(held => (held.Record.KeyId, held.Record.Generation)));
            ReadGenerations(from + chunk.Length);
        }, _ =>
        {
            _shares.Clear();
            _context.StartTimer(Retry, () => ReadGenerations(0));
        });
    }

    private void Erase()
    {
        GenerationSwitch.Stopped(rooms, row.Keys, _shares); // with what was being made when the keys were stopped
        var attestation = new byte[Ed25519Signature.Size];
        _context.Identity.Sign(LifecycleDigests.Destroyed(_context.Roster.Cluster, row.Order, _context.Self).ToArray(), attestation);
        var batch = new Batch()
            .Write(new StoreWrite.DestroyKeys(row.Order, attestation))
            .Log(AuditKind.KeysDestroyed, row.Order, row.Keys.Count == 1 ? row.Keys[0] : default, attestation);
        _context.Commit(batch, () =>
        {
            claims.EndDestruction(row.Keys);
            _context.StoppedKeys.Remove(row.Keys);
            _context.Observe(new Observation.KeysDestroyed(row.Order, row.Keys.Count));
            erased();
        });
    }
}
