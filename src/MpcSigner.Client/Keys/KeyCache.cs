using MpcSigner.Core.Identities;
using MpcSigner.Verification.Keys;

namespace MpcSigner.Client.Keys;

/// <summary>Keys that were verified once: a certificate does not expire.</summary>
internal sealed class KeyCache
{
    /// <summary>About 1 KiB each.</summary>
    private const int MaxKeys = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<KeyId, (SigningKey Key, VerifiedKey Verified)> _keys = [];

    public (SigningKey Key, VerifiedKey Verified)? Find(KeyId id)
    {
        lock (_lock)
            return _keys.TryGetValue(id, out var found) ? found : null;
    }

    public void Add(SigningKey key, VerifiedKey verified)
    {
        lock (_lock)
        {
            // A full cache starts anew: what is still in use comes back with one call a key.
            if (_keys.Count >= MaxKeys)
                _keys.Clear();
            // A node that is behind must not take us back.
            if (!_keys.TryGetValue(verified.Record.KeyId, out var known) || known.Verified.Record.Generation <= verified.Record.Generation)
                _keys[verified.Record.KeyId] = (key, verified);
        }
    }
}
