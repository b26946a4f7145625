using System.Diagnostics;
using MpcSigner.Cryptography.Interop.Sodium;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Cryptography.Secrets.Transcripts;

/// <summary>SHA-512 of secret and public parts, its whole state in locked memory (RFC 9591 H3 hashes a share). One instance makes one hash.</summary>
[DebuggerDisplay("<redacted>")]
public sealed class SecretSha512 : IDisposable
{
    private readonly SecureMemory _state = SecureMemory.Allocate(SecretSodium.crypto_hash_sha512_STATEBYTES);

    public SecretSha512() => Libsodium.MustSucceed(SecretSodium.crypto_hash_sha512_init(_state.DangerousSpan));

    /// <summary>Bytes as they are, without a length before them.</summary>
    public SecretSha512 Append(ReadOnlySpan<byte> bytes)
    {
        using var state = _state.Borrow();
        Libsodium.MustSucceed(SecretSodium.crypto_hash_sha512_update(state.Span, bytes, (ulong)bytes.Length));
        return this;
    }

    /// <summary>A scalar in its group's encoding.</summary>
    public SecretSha512 Append(SecretScalar scalar)
    {
        using var bytes = scalar.Borrow();
        return Append(bytes.Span);
    }

    /// <summary>Secret bytes.</summary>
    public SecretSha512 Append(SecureMemory secret)
    {
        using var bytes = secret.Borrow();
        return Append(bytes.Span);
    }

    /// <summary>The digest read little endian, mod q (RFC 9591 §6.1: H3 of Ed25519); zero can occur. Ends the hash.</summary>
    public SecretScalar ToScalarLittleEndian(IGroup group)
    {
        using var digest = Finish();
        return SecretScalar.ReduceWideLittleEndian(group, digest.DangerousSpan);
    }

    /// <summary>The digest read big endian, mod q (spec §3.2: Hs); zero can occur. Ends the hash.</summary>
    public SecretScalar ToScalarBigEndian(IGroup group)
    {
        using var digest = Finish();
        return SecretScalar.ReduceWideBigEndian(group, digest.DangerousSpan);
    }

    public override string ToString() => "SecretSha512(<redacted>)";

    public void Dispose() => _state.Dispose();

    private SecureMemory Finish()
    {
        var digest = SecureMemory.Allocate(SecretSodium.crypto_hash_sha512_BYTES);
        using (var state = _state.Borrow())
            Libsodium.MustSucceed(SecretSodium.crypto_hash_sha512_final(state.Span, digest.DangerousSpan));
        _state.Dispose();
        return digest;
    }
}
