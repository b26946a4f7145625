using MpcSigner.Core.Identities;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>Which keys a session of maintenance is at work on here: one order a key at a time. In memory, for as long as the session lives.</summary>
/// <remarks>An attempt may be refused for ever beside a session of a higher one, never beside one of a lower: the store takes attempts in ascending order only.</remarks>
internal sealed class KeyClaims
{
    private readonly Dictionary<KeyId, MaintenanceCase> _claimed = [];
    private readonly Dictionary<KeyId, int> _refusals = [];

    private readonly HashSet<KeyId> _destroying = [];

    public bool IsClaimed(KeyId key) => _claimed.ContainsKey(key) || _refusals.ContainsKey(key) || _destroying.Contains(key);

    /// <summary>Claims keys for their destruction, all or none: no session begins on them until <see cref="EndDestruction"/>, and by then their rows say that they are destroyed.</summary>
    public bool TryBeginDestruction(IReadOnlyList<KeyId> keys)
    {
        if (keys.Any(IsClaimed))
            return false;
        _destroying.UnionWith(keys);
        return true;
    }

    public void EndDestruction(IReadOnlyList<KeyId> keys) => _destroying.ExceptWith(keys);

    /// <summary>Claims all keys or none.</summary>
    /// <param name="busy">The first key that is worked on already.</param>
    public bool TryClaim(MaintenanceCase order, out KeyId busy)
    {
        busy = order.KeyIds.FirstOrDefault(IsClaimed);
        if (busy != default)
            return false;
        foreach (var key in order.KeyIds)
            _claimed.Add(key, order);
        return true;
    }

    /// <summary>Gives back what the order holds.</summary>
    public void Release(MaintenanceCase order)
    {
        foreach (var key in order.KeyIds)
        {
            if (_claimed.TryGetValue(key, out var holder) && holder == order)
                _claimed.Remove(key);
        }
    }

    /// <summary>Begins to refuse an attempt for ever; false while a session of a lower attempt is at work on a key of it.</summary>
    public bool TryBeginRefusal(MaintenanceCase attempt)
    {
        if (attempt.KeyIds.Any(key => _claimed.TryGetValue(key, out var holder) && holder.IsRecovery == attempt.IsRecovery && holder.Action.Attempt <= attempt.Action.Attempt))
            return false;
        foreach (var key in attempt.KeyIds)
            _refusals[key] = _refusals.GetValueOrDefault(key) + 1;
        return true;
    }

    public void EndRefusal(MaintenanceCase attempt)
    {
        foreach (var key in attempt.KeyIds)
        {
            if (--_refusals[key] == 0)
                _refusals.Remove(key);
        }
    }
}
