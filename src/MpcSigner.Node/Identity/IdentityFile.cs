using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Node.Identity;

/// <summary>identity.sealed: who the node is, and what opens under the operator's passphrase. No secret in it is in clear.</summary>
/// <param name="PassphraseHeader">Salt, costs and verifier of the passphrase.</param>
/// <param name="WrappedSealingKey">The key that shares and the seed are sealed under, itself under the passphrase.</param>
/// <param name="SealedSeed">The identity key's seed, sealed under the sealing key.</param>
internal sealed record IdentityFile(
    Ed25519PublicKey PublicKey, ReadOnlyMemory<byte> PassphraseHeader, ReadOnlyMemory<byte> WrappedSealingKey, ReadOnlyMemory<byte> SealedSeed)
{
    public const int MaxBytes = 4_096;
    private const int MaxBlock = 1_024;

    private static ReadOnlySpan<byte> Magic => "MPCSIGNER-IDENTITY-1\n"u8;

    public NodeId Nid => PublicKey.ToNodeId();

    public byte[] Encode() => new ByteWriter(512).Bytes(Magic).Bytes(PublicKey.Bytes)
        .Block(PassphraseHeader.Span).Block(WrappedSealingKey.Span).Block(SealedSeed.Span).ToArray();

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out IdentityFile? file)
    {
        file = null;
        var reader = new ByteReader(bytes);
        if (!reader.Bytes(Magic.Length, out var magic) || !magic.SequenceEqual(Magic)
            || !reader.Bytes(Ed25519PublicKey.Size, out var key) || !Ed25519PublicKey.TryDecode(key, out var publicKey)
            || !reader.Block(MaxBlock, out var header) || !reader.Block(MaxBlock, out var wrapped) || !reader.Block(MaxBlock, out var seed) || !reader.AtEnd)
            return false;
        file = new(publicKey, header.ToArray(), wrapped.ToArray(), seed.ToArray());
        return true;
    }
}
