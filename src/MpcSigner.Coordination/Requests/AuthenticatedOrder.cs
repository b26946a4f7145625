using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Coordination.Requests;

/// <summary>An order whose signers (or schedule), cluster and times have been checked. Made by <see cref="OrderGate"/> only.</summary>
/// <param name="BodyHash">SHA-256 of the exact body.</param>
/// <param name="Hash">H(order): binds every session, ACK and ABORT to these bytes and these signers.</param>
/// <param name="Signers">Ascending by id; empty for a scheduled order.</param>
/// <param name="Schedule">The schedule it rests on; null where administrators signed.</param>
internal sealed record AuthenticatedOrder(
    SignedOrder Signed, RequestBody Body, Digest32 BodyHash, Digest32 Hash, IReadOnlyList<RosterAdministrator> Signers, RosterSchedule? Schedule)
{
    /// <summary>For the log: who ordered it.</summary>
    public string Origin => Schedule is { } schedule ? $"schedule {schedule.Name}" : string.Join(", ", Signers.Select(signer => signer.Name));

    /// <summary>Whether the order may concern this key. Signed orders name their keys themselves; a schedule may select by label, which only the key's row has: every node asks this for each key.</summary>
    /// <param name="label">By this node's own row of the key, or by the proven creation request; empty for a key without one.</param>
    public bool Selects(KeyId key, string label) => Schedule is not { } schedule
        || (schedule.Keys.Count != 0 ? schedule.Keys.Contains(key) : schedule.Label.Length == 0 || string.Equals(schedule.Label, label, StringComparison.Ordinal));
}
