using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;

namespace MpcSigner.Node.Vault;

/// <summary>The sealed identity as it lies on the disk. Version 2: "MPCSIGNER-VAULT-2\n" ‖ u8 kind of the operator's secret ‖ nid ‖ LP(header of the key-encryption key) ‖
/// u8 count ‖ count · LP(wrapped sealing key, generations ascending) ‖ LP(identity seed, sealed under one of them), LP being a u16 length. Version 1 has one sealing key and no count.</summary>
/// <param name="Version">1 or 2; says how the sealing keys are wrapped.</param>
/// <param name="SealingKeys">1..<see cref="MaxGenerations"/>.</param>
internal sealed record VaultFile(byte Version, OperatorSecretKind Kind, NodeId Nid, byte[] Header, IReadOnlyList<byte[]> SealingKeys, byte[] SealedSeed)
{
    /// <summary>The file is some 500 bytes; a larger one is not read.</summary>
    public const int MaxBytes = 4_096;

    /// <summary>Two while shares go from one to the other.</summary>
    public const int MaxGenerations = 2;

    private static ReadOnlySpan<byte> Magic => "MPCSIGNER-VAULT-"u8;

    public bool HasSameSealingKeys(VaultFile other) =>
        SealingKeys.Count == other.SealingKeys.Count && SealingKeys.Zip(other.SealingKeys).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    public byte[] ToBytes()
    {
        var writer = new ByteWriter(MaxBytes).Bytes(Magic).U8((byte)('0' + Version)).U8((byte)'\n').U8((byte)Kind).Bytes32(Nid.Value);
        Write(writer, Header);
        if (Version > 1)
            writer.U8(checked((byte)SealingKeys.Count));
        foreach (var key in SealingKeys)
            Write(writer, key);
        Write(writer, SealedSeed);
        return writer.ToArray();
    }

    private static void Write(ByteWriter writer, byte[] part) => writer.U16(checked((ushort)part.Length)).Bytes(part);

    /// <summary>False: it has not the form of a sealed identity.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out VaultFile? file)
    {
        file = null;
        var reader = new ByteReader(bytes);
        if (!reader.Bytes(Magic.Length, out var magic) || !magic.SequenceEqual(Magic)
            || !reader.Bytes(2, out var version) || version[1] != (byte)'\n' || version[0] is not ((byte)'1' or (byte)'2')
            || !reader.U8(out var kind) || (OperatorSecretKind)kind is not (OperatorSecretKind.Passphrase or OperatorSecretKind.KeyFile or OperatorSecretKind.Quorum)
            || !reader.Bytes32(out var nid) || !TryReadPart(ref reader, out var header))
            return false;
        var number = (byte)(version[0] - '0');
        byte count = 1;
        if (number > 1 && !(reader.U8(out count) && count is >= 1 and <= MaxGenerations))
            return false;
        var keys = new byte[count][];
        for (var i = 0; i < count; i++)
            if (!TryReadPart(ref reader, out keys[i]))
                return false;
        if (!TryReadPart(ref reader, out var seed) || !reader.AtEnd)
            return false;
        file = new(number, (OperatorSecretKind)kind, new(nid), header, keys, seed);
        return true;
    }

    private static bool TryReadPart(ref ByteReader reader, out byte[] part)
    {
        part = [];
        if (!reader.U16(out var length) || !reader.Bytes(length, out var bytes))
            return false;
        part = bytes.ToArray();
        return true;
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
        new ByteWriter(VaultFile.MaxBytes).Bytes(Magic).Bytes32(Nid.Value).U16(checked((ushort)SealedSeed.Length)).Bytes(SealedSeed).ToArray();
}
