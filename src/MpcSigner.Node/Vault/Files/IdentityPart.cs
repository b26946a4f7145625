using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Node.Vault.Files;

/// <summary>Where an identity key is. u8 form ‖ LP: 1, the seed as a generation of the sealing key sealed it; 2, public key (32) ‖ the <see cref="TokenKey"/>.</summary>
internal abstract record IdentityPart
{
    private const byte SealedForm = 1, TokenForm = 2;

    private IdentityPart() { }

    public sealed record Sealed(byte[] Seed) : IdentityPart;

    /// <summary>The key pair was made in a token and never leaves it.</summary>
    public sealed record InToken(Ed25519PublicKey PublicKey, TokenKey Key) : IdentityPart;

    public void WriteTo(ByteWriter writer)
    {
        var (form, bytes) = this switch
        {
            Sealed part => (SealedForm, part.Seed),
            InToken part => (TokenForm, [.. part.PublicKey.Bytes, .. part.Key.ToBytes()]),
            _ => throw new NotSupportedException($"no form for {GetType().Name}"),
        };
        VaultFile.Write(writer.U8(form), bytes);
    }

    public static bool TryRead(ref ByteReader reader, [NotNullWhen(true)] out IdentityPart? part)
    {
        part = null;
        if (!reader.U8(out var form) || !VaultFile.TryReadPart(ref reader, out var bytes))
            return false;
        part = form switch
        {
            SealedForm => new Sealed(bytes),
            TokenForm when bytes.Length > Ed25519PublicKey.Size && Ed25519PublicKey.TryDecode(bytes.AsSpan(0, Ed25519PublicKey.Size), out var key)
                && TokenKey.TryRead(bytes.AsSpan(Ed25519PublicKey.Size), out var where) => new InToken(key, where),
            _ => null,
        };
        return part is not null;
    }
}
