using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Cryptography.Derivation;

/// <summary>The soft derivation of each curve's keys (spec §11), and why a path has none.</summary>
public static class KeyDerivation
{
    /// <summary>Derives the child of a key at <paramref name="path"/>; the empty path is the key itself with τ = 0.</summary>
    /// <param name="child">Not null where the answer is <see cref="DerivationFault.None"/>.</param>
    /// <exception cref="ArgumentException">The record's public key is no point of its curve: no record that was certified.</exception>
    public static DerivationFault TryDerive(KeyRecord record, ReadOnlySpan<uint> path, out DerivedKey? child)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (!Groups.Groups.For(record.Suite.Curve()).TryDecodePoint(record.PublicKey.Span, out var publicKey))
            throw new ArgumentException("the record's public key is not a point of its curve", nameof(record));
        return TryDerive(publicKey, record.ChainCode, path, out child);
    }

    /// <inheritdoc cref="TryDerive(KeyRecord, ReadOnlySpan{uint}, out DerivedKey?)"/>
    public static DerivationFault TryDerive(GroupPoint publicKey, Core.Identities.Digest32 chainCode, ReadOnlySpan<uint> path, out DerivedKey? child)
    {
        ArgumentNullException.ThrowIfNull(publicKey);
        return publicKey.Group.Curve switch
        {
            Curve.Secp256k1 or Curve.P256 => Sec1Derivation.TryDerive(publicKey, chainCode, path, out child),
            Curve.Edwards25519 => Ed25519SoftDerivation.TryDerive(publicKey, chainCode, path, out child),
        };
    }
}
