using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Coordination.Requests;

/// <summary>Keys at paths that were derived before: hot wallets sign with the same few again and again. Public data, computed from the node's own records alone.</summary>
/// <remarks>By the hash of the key record, which covers public key, chain code and suite. For one machine, so for one thread.</remarks>
internal sealed class VerificationKeyCache
{
    /// <summary>About 1 KiB each.</summary>
    public const int MaxKeys = 4_096;

    private readonly Dictionary<(Digest32 Record, string Terms), VerificationKey> _keys = [];

    public int Count => _keys.Count;

    /// <summary>As <see cref="VerificationKey.TryCreate"/>. What has no key is not remembered.</summary>
    public DerivationFault TryFind(KeyRow row, RequestAction.Sign action, out VerificationKey? key)
    {
        var terms = action.Path.Count == 0 && action.Taproot.Mode == TaprootMode.None ? "" : $"{DerivationPath.Write(action.Path)} {action.Taproot}";
        if (_keys.TryGetValue((row.RecordHash, terms), out key))
            return DerivationFault.None;
        var fault = VerificationKey.TryCreate(row.Record, [.. action.Path], action.Taproot, out key);
        if (key is null)
            return fault;
        // A full cache starts anew: what is still in use comes back with one derivation each.
        if (_keys.Count >= MaxKeys)
            _keys.Clear();
        _keys.Add((row.RecordHash, terms), key);
        return fault;
    }
}
