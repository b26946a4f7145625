using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;

namespace MpcSigner.Node.Vault;

/// <summary>The sealed identity as it lies on the disk.</summary>
/// <remarks>
/// "MPCSIGNER-VAULT-1\n" ‖ u8 kind of the operator's secret ‖ nid ‖ LP(header of the key-encryption key) ‖ LP(wrapped sealing key) ‖
/// LP(identity seed, sealed), LP being a u16 length.
/// </remarks>
internal sealed record VaultFile(OperatorSecretKind Kind, NodeId Nid, byte[] Header, byte[] WrappedKey, byte[] SealedSeed)
{
    private static ReadOnlySpan<byte> Magic => "MPCSIGNER-VAULT-1\n"u8;

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out VaultFile? file)
    {
        file = null;
        var reader = new ByteReader(bytes);
        if (!reader.Bytes(Magic.Length, out var magic) || !magic.SequenceEqual(Magic)
            || !reader.U8(out var kind) || (OperatorSecretKind)kind is not (OperatorSecretKind.Passphrase or OperatorSecretKind.KeyFile)
            || !reader.Bytes32(out var nid)
            || !reader.U16(out var headerLength) || !reader.Bytes(headerLength, out var header)
            || !reader.U16(out var wrappedLength) || !reader.Bytes(wrappedLength, out var wrapped)
            || !reader.U16(out var seedLength) || !reader.Bytes(seedLength, out var sealedSeed)
            || !reader.AtEnd)
            return false;
        file = new((OperatorSecretKind)kind, new(nid), header.ToArray(), wrapped.ToArray(), sealedSeed.ToArray());
        return true;
    }

    public byte[] ToBytes()
    {
        var writer = new ByteWriter(NodeVault.MaxFileBytes).Bytes(Magic).U8((byte)Kind).Bytes32(Nid.Value);
        foreach (var part in (byte[][])[Header, WrappedKey, SealedSeed])
            writer.U16(checked((ushort)part.Length)).Bytes(part);
        return writer.ToArray();
    }
}

/// <summary>The identity key that is to follow, as it lies beside the sealed identity until a roster names it.</summary>
/// <remarks>"MPCSIGNER-NEXT-IDENTITY-1\n" ‖ nid ‖ LP(identity seed, sealed as in <see cref="VaultFile"/>).</remarks>
internal sealed record NextIdentityFile(NodeId Nid, byte[] SealedSeed)
{
    private static ReadOnlySpan<byte> Magic => "MPCSIGNER-NEXT-IDENTITY-1\n"u8;

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out NextIdentityFile? file)
    {
        file = null;
        var reader = new ByteReader(bytes);
        if (!reader.Bytes(Magic.Length, out var magic) || !magic.SequenceEqual(Magic) || !reader.Bytes32(out var nid)
            || !reader.U16(out var length) || !reader.Bytes(length, out var sealedSeed) || !reader.AtEnd)
            return false;
        file = new(new(nid), sealedSeed.ToArray());
        return true;
    }

    public byte[] ToBytes() =>
        new ByteWriter(NodeVault.MaxFileBytes).Bytes(Magic).Bytes32(Nid.Value).U16(checked((ushort)SealedSeed.Length)).Bytes(SealedSeed).ToArray();
}
