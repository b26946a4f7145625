using System.Security.Cryptography;
using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Cryptography.Transcripts;

/// <summary>hash_to_field of RFC 9380 §5.2 into the scalars of a 256-bit group, by expand_message_xmd with SHA-256 (§5.3.1): one element, L = 48.</summary>
public static class HashToField
{
    /// <summary>L = ⌈(256 + 128) / 8⌉.</summary>
    internal const int ElementSize = 48;

    /// <summary>The input block of SHA-256: Z_pad is that many zero bytes.</summary>
    internal const int BlockSize = 64;

    /// <param name="domain">DST: 1..255 bytes.</param>
    /// <param name="message">msg.</param>
    public static PublicScalar ToScalar(IGroup group, ReadOnlySpan<byte> domain, ReadOnlySpan<byte> message)
    {
        Span<byte> b0 = stackalloc byte[SHA256.HashSizeInBytes], b1 = stackalloc byte[SHA256.HashSizeInBytes], b2 = stackalloc byte[SHA256.HashSizeInBytes];
        var suffix = Suffix(domain);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(stackalloc byte[BlockSize]);
        hash.AppendData(message);
        hash.AppendData([0, ElementSize, 0]);
        hash.AppendData(suffix);
        hash.GetHashAndReset(b0);
        hash.AppendData(b0);
        hash.AppendData([1]);
        hash.AppendData(suffix);
        hash.GetHashAndReset(b1);
        for (var i = 0; i < b0.Length; i++)
            b0[i] ^= b1[i];
        hash.AppendData(b0);
        hash.AppendData([2]);
        hash.AppendData(suffix);
        hash.GetHashAndReset(b2);

        Span<byte> wide = stackalloc byte[IGroup.WideSize];
        wide.Clear();
        var uniform = wide[^ElementSize..];
        b1.CopyTo(uniform);
        b2[..(ElementSize - b1.Length)].CopyTo(uniform[b1.Length..]);
        return group.ReduceWideBigEndian(wide);
    }

    /// <summary>DST_prime = DST ‖ I2OSP(len(DST), 1).</summary>
    internal static byte[] Suffix(ReadOnlySpan<byte> domain)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(domain.Length, 1, nameof(domain));
        return [.. domain, checked((byte)domain.Length)];
    }
}
