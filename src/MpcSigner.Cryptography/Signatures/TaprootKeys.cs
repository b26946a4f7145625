using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Cryptography.Signatures;

/// <summary>The public side of Taproot: tagged hashes (BIP-340) and the output key of an internal key (BIP-341).</summary>
public static class TaprootKeys
{
    /// <summary>SHA-256(SHA-256(tag) ‖ SHA-256(tag) ‖ message).</summary>
    public static byte[] TaggedHash(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> message)
    {
        var domain = SHA256.HashData(tag);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(domain);
        hash.AppendData(domain);
        hash.AppendData(message);
        return hash.GetHashAndReset();
    }

    /// <summary>32 bytes read big endian, mod q.</summary>
    public static PublicScalar Reduce(IGroup group, ReadOnlySpan<byte> digest)
    {
        Span<byte> wide = stackalloc byte[IGroup.WideSize];
        wide.Clear();
        digest.CopyTo(wide[^SHA256.HashSizeInBytes..]);
        return group.ReduceWideBigEndian(wide);
    }

    /// <summary>Whether y is odd.</summary>
    public static bool IsOdd(GroupPoint point) => point.Encoded[0] == 3;

    /// <summary>t = taggedhash("TapTweak", x(P) ‖ root) and Q = P + t·G.</summary>
    /// <param name="internalKey">P with even y: BIP-341 knows it by its x alone.</param>
    /// <param name="root">The merkle root of the scripts: 32 bytes, or none, which commits to there being no script path.</param>
    /// <returns>False if t ≥ q or Q = O, which no input is known to reach.</returns>
    /// <exception cref="ArgumentException">An internal key with odd y.</exception>
    public static bool TryTweak(GroupPoint internalKey, ReadOnlySpan<byte> root, out PublicScalar tweak, [NotNullWhen(true)] out GroupPoint? outputKey)
    {
        if (IsOdd(internalKey))
            throw new ArgumentException("the internal key must have even y", nameof(internalKey));
        outputKey = null;
        var group = internalKey.Group;
        if (!group.TryDecodeScalar(TaggedHash("TapTweak"u8, [.. internalKey.Encoded[1..], .. root]), out tweak))
            return false;
        var output = group.Add(internalKey, group.MultiplyBasePublic(tweak));
        if (output.IsIdentity)
            return false;
        outputKey = output;
        return true;
    }
}
