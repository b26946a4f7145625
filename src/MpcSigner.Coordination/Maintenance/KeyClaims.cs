using MpcSigner.Core.Identities;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>Which keys a session of maintenance is at work on here: one order a key at a time. In memory, for as long as the session lives.</summary>
internal sealed class KeyClaims
{
    private readonly Dictionary<KeyId, Digest32> _claimed = [];

    public bool IsClaimed(KeyId key) => _claimed.ContainsKey(key);

    /// <summary>Claims all keys or none.</summary>
    /// <param name="busy">The first one that another order is at work on, and that order.</param>
    public bool TryClaim(Digest32 order, IEnumerable<KeyId> keys, out (KeyId Key, Digest32 Order) busy)
    {
        busy = default;
        KeyId[] all = [.. keys];
        foreach (var key in all)
        {
            if (_claimed.TryGetValue(key, out var other))
            {
                busy = (key, other);
                return false;
            }
        }
        foreach (var key in all)
            _claimed.Add(key, order);
        return true;
    }

    /// <summary>Gives back what the order holds.</summary>
    public void Release(Digest32 order, IEnumerable<KeyId> keys)
    {
        foreach (var key in keys)
        {
            if (_claimed.TryGetValue(key, out var holder) && holder == order)
                _claimed.Remove(key);
        }
    }
}
