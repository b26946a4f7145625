using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;

namespace MpcSigner.Node.Vault.Files;

/// <summary>What a key in a token is for. Numbers are stored, in the token too.</summary>
internal enum TokenKeyUse : byte
{
    Seal = (byte)'S',
    Identity = (byte)'I',
}

/// <summary>The CKA_ID of a key in a token, which says whose it is and what for: "MPCS" ‖ u8 use ‖ the nid's first 19 bytes ‖ u64 number, 32 bytes in all. Whoever lists the token's keys learns which node they belong to.</summary>
/// <param name="Owner">The nid's first 19 bytes in hexadecimal; <see cref="NoOwner"/> for a node's first identity key: the nid is the hash of that very key, which is not there before.</param>
/// <param name="Number">Of a sealing key its generation; of an identity key a random number.</param>
internal sealed record TokenKeyId(TokenKeyUse Use, string Owner, ulong Number)
{
    private const int OwnerSize = 19;

    public static string NoOwner { get; } = new('0', 2 * OwnerSize);

    private static ReadOnlySpan<byte> Magic => "MPCS"u8;

    public static TokenKeyId ForSeal(NodeId nid, uint generation) => new(TokenKeyUse.Seal, OwnerOf(nid), generation);

    /// <summary>What ids say of a node.</summary>
    public static string OwnerOf(NodeId nid) => nid.Value.ToString()[..(2 * OwnerSize)];

    /// <summary>The generation of a sealing key.</summary>
    public uint Generation => Use == TokenKeyUse.Seal ? checked((uint)Number) : throw new InvalidOperationException("an identity key has no generation");

    /// <summary>CKA_LABEL, for people with the token's own tools.</summary>
    public string Label => Use switch
    {
        TokenKeyUse.Seal => $"mpcsigner-seal-{Number}",
        TokenKeyUse.Identity => "mpcsigner-identity",
    };

    public byte[] ToBytes() => new ByteWriter(64).Bytes(Magic).U8((byte)Use).Bytes(Convert.FromHexString(Owner)).U64(Number).ToArray();

    /// <summary>False: a key that this program did not make.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out TokenKeyId? id)
    {
        id = null;
        var reader = new ByteReader(bytes);
        if (!reader.Bytes(Magic.Length, out var magic) || !magic.SequenceEqual(Magic) || !reader.U8(out var use) || !Enum.IsDefined((TokenKeyUse)use)
            || !reader.Bytes(OwnerSize, out var owner) || !reader.U64(out var number) || !reader.AtEnd
            || ((TokenKeyUse)use == TokenKeyUse.Seal && number is (0 or > uint.MaxValue)))
            return false;
        id = new((TokenKeyUse)use, Convert.ToHexStringLower(owner), number);
        return true;
    }

    public override string ToString() => Convert.ToHexStringLower(ToBytes());
}
