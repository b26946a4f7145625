using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups.Ed25519;
using MpcSigner.Cryptography.Interop.Sodium;

namespace MpcSigner.Cryptography.Signatures;

/// <summary>An Ed25519 public key (RFC 8032): canonical, in the prime-order subgroup, not the identity. A held instance is a checked one.</summary>
public sealed class Ed25519PublicKey : IEquatable<Ed25519PublicKey>
{
    public const int Size = Libsodium.crypto_sign_PUBLICKEYBYTES;

    private readonly byte[] _bytes;

    private Ed25519PublicKey(byte[] bytes) => _bytes = bytes;

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Strict: RFC 8032 §5.1.7 and the subgroup check that the RFC leaves to us.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Ed25519PublicKey? key)
    {
        key = null;
        if (!Ed25519Group.Instance.TryDecodePoint(bytes, out _))
            return false;
        key = new(bytes.ToArray());
        return true;
    }

    /// <exception cref="ArgumentException">Not a valid key: see <see cref="TryDecode"/>.</exception>
    public static Ed25519PublicKey Decode(ReadOnlySpan<byte> bytes) =>
        TryDecode(bytes, out var key) ? key : throw new ArgumentException("not a valid Ed25519 public key", nameof(bytes));

    /// <summary>SHA-256 of the key: the nid of the node whose first identity key it is (spec §4.1).</summary>
    public NodeId ToNodeId()
    {
        Span<byte> hash = stackalloc byte[Digest32.Size];
        System.Security.Cryptography.SHA256.HashData(_bytes, hash);
        return new(hash);
    }

    /// <summary>Strict verification: see <see cref="Ed25519Signature.Verify(ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>; the key is not validated again.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => Ed25519Signature.VerifyChecked(_bytes, message, signature);

    /// <summary>Verifies a signature over a 32-byte digest, as all statements of the protocols are.</summary>
    public bool Verify(Digest32 digest, ReadOnlySpan<byte> signature)
    {
        Span<byte> message = stackalloc byte[Digest32.Size];
        digest.CopyTo(message);
        return Verify(message, signature);
    }

    public bool Equals(Ed25519PublicKey? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);

    public override bool Equals(object? obj) => Equals(obj as Ed25519PublicKey);

    public override int GetHashCode() => BitConverter.ToInt32(_bytes, 4);

    public override string ToString() => Convert.ToHexStringLower(_bytes);
}
