using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;

namespace MpcSigner.Node.Vault.Files;

/// <summary>The identity key that is to follow, as it lies beside the sealed identity until a roster names it.</summary>
/// <remarks>"MPCSIGNER-NEXT-IDENTITY-2\n" ‖ nid ‖ identity as in <see cref="VaultFile"/>. Version 1 has LP(sealed seed) in its place; it is read.</remarks>
internal sealed record NextIdentityFile(NodeId Nid, IdentityPart Identity)
{
    private static ReadOnlySpan<byte> Magic => "MPCSIGNER-NEXT-IDENTITY-"u8;

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out NextIdentityFile? file)
    {
        file = null;
        var reader = new ByteReader(bytes);
        if (!reader.Bytes(Magic.Length, out var magic) || !magic.SequenceEqual(Magic) || !reader.Bytes(2, out var version) || version[1] != (byte)'\n'
            || !reader.Bytes32(out var nid))
            return false;
        IdentityPart? identity = null;
        if (version[0] == (byte)'1' && VaultFile.TryReadPart(ref reader, out var seed))
            identity = new IdentityPart.Sealed(seed);
        else if (version[0] != (byte)'2' || !IdentityPart.TryRead(ref reader, out identity))
            return false;
        if (!reader.AtEnd || identity is null)
            return false;
        file = new(new(nid), identity);
        return true;
    }

    public byte[] ToBytes()
    {
        var writer = new ByteWriter(VaultFile.MaxBytes).Bytes(Magic).Bytes("2\n"u8).Bytes32(Nid.Value);
        Identity.WriteTo(writer);
        return writer.ToArray();
    }
}
