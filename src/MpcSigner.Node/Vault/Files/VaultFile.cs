using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.KeyAgreement;
using MpcSigner.Cryptography.Secrets.Sealing;

namespace MpcSigner.Node.Vault.Files;

/// <summary>The sealed identity as it lies on the disk. Version 3: "MPCSIGNER-VAULT-3\n" ‖ nid ‖ u8 count ‖ count · (u8 kind ‖ u32 generation ‖ LP(header) ‖ LP(wrapped sealing key)) ‖
/// u8 count ‖ count · LP(retired token key) ‖ u8 form of the identity ‖ LP(identity), LP being a u16 length, generations ascending.</summary>
/// <remarks>
/// Version 2 has one kind and header before the nid's generations (u8 kind ‖ nid ‖ LP(header) ‖ u8 count ‖ count · LP(wrapped) ‖ LP(sealed seed)); version 1 has one generation and no count, wrapped under the
/// key-encryption key itself. Both are read; version 3 is written.
/// </remarks>
/// <param name="Generations">1..<see cref="MaxGenerations"/>, ascending; the last is the newest and seals.</param>
/// <param name="Retired">0..<see cref="MaxRetired"/> keys in tokens that nothing live needs and that are to be destroyed there.</param>
internal sealed record VaultFile(NodeId Nid, IReadOnlyList<GenerationPart> Generations, IReadOnlyList<TokenKey> Retired, IdentityPart Identity)
{
    /// <summary>The file is some 500 bytes, with a quorum's commitments 2 KiB; a larger one is not read.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>Two while shares go from one to the other.</summary>
    public const int MaxGenerations = 2;

    /// <summary>Keys whose token did not answer when they were to be destroyed; with more waiting there is no next rotation.</summary>
    public const int MaxRetired = 16;

    private static ReadOnlySpan<byte> Magic => "MPCSIGNER-VAULT-"u8;

    public GenerationPart Newest => Generations[^1];

    public bool HasSameSealingKeys(VaultFile other) =>
        Generations.Count == other.Generations.Count && Generations.Zip(other.Generations).All(pair => pair.First.IsSame(pair.Second));

    public byte[] ToBytes()
    {
        var writer = new ByteWriter(MaxBytes).Bytes(Magic).Bytes("3\n"u8).Bytes32(Nid.Value).U8(checked((byte)Generations.Count));
        foreach (var part in Generations)
        {
            if (part.IsFirstForm)
                throw new InvalidOperationException("a sealing key in the form of version 1 is wrapped anew before it is written");
            writer.U8((byte)part.Kind).U32(part.Generation);
            Write(writer, part.Header);
            Write(writer, part.Wrapped);
        }
        writer.U8(checked((byte)Retired.Count));
        foreach (var key in Retired)
            Write(writer, key.ToBytes());
        Identity.WriteTo(writer);
        return writer.ToArray();
    }

    internal static void Write(ByteWriter writer, byte[] part) => writer.U16(checked((ushort)part.Length)).Bytes(part);

    /// <summary>False: it has not the form of a sealed identity.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out VaultFile? file)
    {
        file = null;
        var reader = new ByteReader(bytes);
        if (bytes.Length > MaxBytes || !reader.Bytes(Magic.Length, out var magic) || !magic.SequenceEqual(Magic)
            || !reader.Bytes(2, out var version) || version[1] != (byte)'\n')
            return false;
        file = version[0] switch
        {
            (byte)'1' => ReadOld(ref reader, 1),
            (byte)'2' => ReadOld(ref reader, 2),
            (byte)'3' => ReadNew(ref reader),
            _ => null,
        };
        return file is not null && reader.AtEnd && IsAscending(file.Generations);
    }

    private static VaultFile? ReadNew(ref ByteReader reader)
    {
        if (!reader.Bytes32(out var nid) || !reader.U8(out var count) || count is < 1 or > MaxGenerations)
            return null;
        var parts = new GenerationPart[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.U8(out var kind) || !Enum.IsDefined((SealKind)kind) || !reader.U32(out var generation)
                || !TryReadPart(ref reader, out var header) || !TryReadPart(ref reader, out var wrapped))
                return null;
            parts[i] = new((SealKind)kind, generation, header, wrapped, IsFirstForm: false);
        }
        if (!reader.U8(out var gone) || gone > MaxRetired)
            return null;
        var retired = new TokenKey[gone];
        for (var i = 0; i < gone; i++)
        {
            if (!TryReadPart(ref reader, out var bytes) || !TokenKey.TryRead(bytes, out var key))
                return null;
            retired[i] = key;
        }
        return IdentityPart.TryRead(ref reader, out var identity) ? new(new(nid), parts, retired, identity) : null;
    }

    private static VaultFile? ReadOld(ref ByteReader reader, byte version)
    {
        if (!reader.U8(out var kind) || (SealKind)kind is not (SealKind.Passphrase or SealKind.KeyFile)
            || !reader.Bytes32(out var nid) || !TryReadPart(ref reader, out var header))
            return null;
        byte count = 1;
        if (version > 1 && !(reader.U8(out count) && count is >= 1 and <= MaxGenerations))
            return null;
        var parts = new GenerationPart[count];
        for (var i = 0; i < count; i++)
        {
            if (!TryReadPart(ref reader, out var wrapped) || wrapped.Length <= X25519KeyPair.PublicKeySize
                || !SealedBytes.TryReadGeneration(version == 1 ? wrapped : wrapped.AsSpan(X25519KeyPair.PublicKeySize), out var generation))
                return null;
            parts[i] = new((SealKind)kind, generation, header, wrapped, IsFirstForm: version == 1);
        }
        return TryReadPart(ref reader, out var seed) ? new(new(nid), parts, [], new IdentityPart.Sealed(seed)) : null;
    }

    private static bool IsAscending(IReadOnlyList<GenerationPart> parts) => parts.Zip(parts.Skip(1)).All(pair => pair.First.Generation < pair.Second.Generation);

    internal static bool TryReadPart(ref ByteReader reader, out byte[] part)
    {
        part = [];
        if (!reader.U16(out var length) || !reader.Bytes(length, out var bytes))
            return false;
        part = bytes.ToArray();
        return true;
    }
}

/// <summary>A generation of the sealing key as the file has it.</summary>
/// <param name="Header">What finds its key again, in clear: Argon2id's costs and salt, a key file's verifier, a quorum's shape, or the <see cref="TokenKey"/>.</param>
/// <param name="Wrapped">The sealing key for the operator's; empty for one in a token.</param>
/// <param name="IsFirstForm">Wrapped as version 1 did; read, never written.</param>
internal sealed record GenerationPart(SealKind Kind, uint Generation, byte[] Header, byte[] Wrapped, bool IsFirstForm)
{
    public bool IsSame(GenerationPart other) =>
        Kind == other.Kind && Generation == other.Generation && Header.AsSpan().SequenceEqual(other.Header) && Wrapped.AsSpan().SequenceEqual(other.Wrapped);
}
