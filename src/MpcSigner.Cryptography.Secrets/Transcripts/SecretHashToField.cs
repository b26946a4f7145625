using System.Diagnostics;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Cryptography.Secrets.Transcripts;

/// <summary>As <see cref="HashToField"/>, for a message with secret parts and a secret result (RFC 9591 §6.5: H3 hashes a share). One instance makes one hash.</summary>
[DebuggerDisplay("<redacted>")]
public sealed class SecretHashToField : IDisposable
{
    private const int DigestSize = SecretSodium.crypto_hash_sha256_BYTES;

    private readonly SecureMemory _state = SecureMemory.Allocate(SecretSodium.crypto_hash_sha256_STATEBYTES);
    private readonly IGroup _group;
    private readonly byte[] _suffix;

    /// <param name="domain">DST: 1..255 bytes.</param>
    public SecretHashToField(IGroup group, ReadOnlySpan<byte> domain)
    {
        _group = group;
        _suffix = HashToField.Suffix(domain);
        Begin();
        Append(stackalloc byte[HashToField.BlockSize]); // Z_pad
    }

    /// <summary>Bytes of the message as they are.</summary>
    public SecretHashToField Append(ReadOnlySpan<byte> bytes)
    {
        using var state = _state.Borrow();
        Libsodium.MustSucceed(SecretSodium.crypto_hash_sha256_update(state.Span, bytes, (ulong)bytes.Length));
        return this;
    }

    /// <summary>A scalar in its group's encoding.</summary>
    public SecretHashToField Append(SecretScalar scalar)
    {
        using var bytes = scalar.Borrow();
        return Append(bytes.Span);
    }

    /// <summary>Ends the hash. Zero can occur: the caller then draws anew.</summary>
    public SecretScalar ToScalar()
    {
        using var blocks = SecureMemory.Allocate(3 * DigestSize); // b_0 (later b_0 ⊕ b_1), b_1, b_2
        using var wide = SecureMemory.Allocate(IGroup.WideSize);
        Span<byte> b0 = blocks.DangerousSpan[..DigestSize], b1 = blocks.DangerousSpan[DigestSize..(2 * DigestSize)], b2 = blocks.DangerousSpan[(2 * DigestSize)..];
        Append([0, HashToField.ElementSize, 0]).Append(_suffix).End(b0);
        Begin();
        Append(b0).Append([1]).Append(_suffix).End(b1);
        for (var i = 0; i < DigestSize; i++)
            b0[i] ^= b1[i];
        Begin();
        Append(b0).Append([2]).Append(_suffix).End(b2);
        _state.Dispose();

        var uniform = wide.DangerousSpan[^HashToField.ElementSize..];
        b1.CopyTo(uniform);
        b2[..(HashToField.ElementSize - DigestSize)].CopyTo(uniform[DigestSize..]);
        return SecretScalar.ReduceWideBigEndian(_group, wide.DangerousSpan);
    }

    public override string ToString() => "SecretHashToField(<redacted>)";

    public void Dispose() => _state.Dispose();

    private void Begin() => Libsodium.MustSucceed(SecretSodium.crypto_hash_sha256_init(_state.DangerousSpan));

    private void End(Span<byte> digest)
    {
        using var state = _state.Borrow();
        Libsodium.MustSucceed(SecretSodium.crypto_hash_sha256_final(state.Span, digest));
    }
}
