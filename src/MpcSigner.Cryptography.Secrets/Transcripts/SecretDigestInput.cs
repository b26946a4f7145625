using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Cryptography.Secrets.Transcripts;

/// <summary>The preimage of H(tag; digest, field) of spec §3.2 laid out in locked memory, for a long secret field that is written where it will be hashed.</summary>
/// <remarks>One call of the library reads it there; its state, of 64 bytes at most beside the chaining value, is cleansed by the library.</remarks>
[DebuggerDisplay("<redacted>")]
internal sealed class SecretDigestInput : IDisposable
{
    private readonly SecureMemory _memory;
    private readonly int _prefix;

    /// <param name="length">Bytes of the secret field.</param>
    internal SecretDigestInput(Tag tag, Digest32 first, int length)
    {
        if (tag.Function != HashFunction.H)
            throw new ArgumentException($"tag {tag} does not belong to H", nameof(tag));
        _prefix = tag.Field.Length + 4 + Digest32.Size + 4;
        _memory = SecureMemory.Allocate(_prefix + length);
        var at = _memory.DangerousSpan;
        tag.Field.CopyTo(at);
        at = at[tag.Field.Length..];
        BinaryPrimitives.WriteUInt32BigEndian(at, Digest32.Size);
        first.CopyTo(at[4..]);
        BinaryPrimitives.WriteUInt32BigEndian(at[(4 + Digest32.Size)..], (uint)length);
    }

    /// <summary>The secret field, to be filled.</summary>
    internal Span<byte> Field => _memory.DangerousSpan[_prefix..];

    internal Digest32 ToDigest()
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        using var all = _memory.Borrow();
        SHA256.HashData(all.Span, digest);
        return new(digest);
    }

    public override string ToString() => "SecretDigestInput(<redacted>)";

    public void Dispose() => _memory.Dispose();
}
