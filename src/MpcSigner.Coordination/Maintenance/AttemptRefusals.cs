using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>An attempt that this node has not begun, and that another asks about: from here on it never will, durably, before it says so (spec §9, ABORT of kind 0).</summary>
internal sealed class AttemptRefusals(Rooms rooms, MaintenanceBook book)
{
    private const string Why = "another node asked about it before it was begun here";

    private readonly MachineContext _context = rooms.Context;
    private readonly Dictionary<Digest32, List<Action<MaintenanceAnswer?>>> _waiting = [];

    public bool IsUnderWay(Digest32 attempt) => _waiting.ContainsKey(attempt);

    /// <param name="answered">With the ABORT once it is durable; that it is in progress while a lower attempt runs here; null when the store cannot be read.</param>
    public void Refuse(MaintenanceCase attempt, Action<MaintenanceAnswer?> answered)
    {
        if (_waiting.TryGetValue(attempt.Hash, out var waiting))
        {
            waiting.Add(answered);
            return;
        }
        if (!book.Claims.TryBeginRefusal(attempt))
        {
            answered(new MaintenanceAnswer.InProgress());
            return;
        }
        _waiting.Add(attempt.Hash, [answered]);
        book.Opening(attempt.Hash, begins: true);
        Read(attempt);
    }

    private void Read(MaintenanceCase attempt)
    {
        var keys = attempt.Terms.Keys;
        KeyReading.Read(_context, keys.Count, k => [new StoreQuery.FindAttempts(keys[k].Key, attempt.Makes(keys[k]))],
            answers => OnRead(attempt, [.. answers.SelectMany(answer => ((StoreAnswer.Attempts)answer[0]).Rows).Where(row => (row.Kind == (byte)OrderKind.Recovery) == attempt.IsRecovery)]),
            _ => End(attempt, null));
    }

    private void OnRead(MaintenanceCase attempt, IReadOnlyList<AttemptRow> known)
    {
        if (known.Any(row => row.Order == attempt.Hash) || book.Find(attempt.Hash) is not null)
        {
            End(attempt, new MaintenanceAnswer.InProgress()); // begun since it was looked for: the next to ask is told what became of it
            return;
        }
        if (book.NotBelow(attempt) is { Phase: MaintenancePhase.Beginning } higher)
        {
            higher.WhenStill(() => Read(attempt)); // once it is durable, this one is refused by it
            return;
        }
        var signature = _context.Identity.Sign(LifecycleDigests.Abort(attempt.Hash, AbortKind.NeverAcknowledged));
        var answer = new MaintenanceAnswer.Aborted((byte)AbortKind.NeverAcknowledged, signature);
        if (known.Any(row => row.Attempt >= attempt.Action.Attempt) || book.NotBelow(attempt) is not null)
        {
            End(attempt, answer); // an attempt not above one that was begun is refused for ever already
            return;
        }
        var batch = MaintenanceBatches.Begin(new(), attempt, _context);
        _context.Commit(MaintenanceBatches.Abort(batch, attempt, AbortKind.NeverAcknowledged, signature, Why), () =>
        {
            _context.Observe(new Observation.MaintenanceAborted(attempt.Hash, Why));
            End(attempt, answer);
        });
    }

    private void End(MaintenanceCase attempt, MaintenanceAnswer? answer)
    {
        book.Claims.EndRefusal(attempt);
        book.Opening(attempt.Hash, begins: false);
        _waiting.Remove(attempt.Hash, out var waiting);
        foreach (var answered in waiting!)
            answered(answer);
    }
}
