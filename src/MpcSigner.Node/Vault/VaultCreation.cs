using System.Buffers.Binary;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Vault.Files;
using MpcSigner.Node.Vault.Tokens;

namespace MpcSigner.Node.Vault;

/// <summary>Makes a node's vault.</summary>
internal static class VaultCreation
{
    /// <summary>Makes a node: a fresh identity, whose hash is the nid, and a fresh sealing key.</summary>
    /// <param name="secret">Keeps the sealing key; null: a token does. Stays the caller's.</param>
    /// <param name="sealToken">Keeps the sealing key where no secret does.</param>
    /// <param name="identityToken">Where the identity key is made; null: in memory, sealed under the sealing key.</param>
    /// <param name="file">To be stored where only the owner reads it.</param>
    /// <exception cref="VaultException">The secret is out of bounds, memory is short; a token holds some node's keys already, or cannot make one.</exception>
    public static NodeVault Create(OperatorSecret? secret, IVaultToken? sealToken, IVaultToken? identityToken, IRandomSource random, out byte[] file)
    {
        IVaultToken[] tokens = [.. ((IVaultToken?[])[sealToken, identityToken]).OfType<IVaultToken>().Distinct()];
        foreach (var token in tokens)
            TokenKeys.RequireNone(token);
        var seal = secret is not null ? SealOf(secret, random)
            : sealToken is not null ? new NodeSeal.InToken(sealToken)
            : throw new ArgumentException("a secret or a token keeps the sealing key", nameof(secret));

        var id = NewIdentityId(TokenKeyId.NoOwner, random);
        var identity = identityToken?.MakeIdentity(id) ?? IdentityKey.Generate(random);
        var nid = identity.PublicKey.ToNodeId();
        var generation = seal.Make(nid, 0, random);
        var keys = new SealingKeys([generation.Key]);
        var made = new VaultFile(nid, [generation.Part], [], identityToken is null
            ? new IdentityPart.Sealed(SealSeed((IdentityKey)identity, keys, nid, random))
            : new IdentityPart.InToken(identity.PublicKey, new(identityToken.Label, identityToken.Serial, id)));
        file = made.ToBytes();
        return new(made, identity, [generation], keys, tokens);
    }

    /// <summary>Destroys the keys in a token of a node that was just made and could not be stored: nobody has heard of it.</summary>
    /// <exception cref="VaultException">The token does not answer.</exception>
    public static void Unmake(ReadOnlySpan<byte> file, IVaultToken token)
    {
        if (!VaultFile.TryRead(file, out var made))
            throw new ArgumentException("no sealed identity", nameof(file));
        foreach (var key in NodeVault.NamedKeys(made))
            token.Destroy(key.Id);
    }

    /// <summary>What keeps generations for an operator's secret that is new here.</summary>
    /// <param name="secret">Stays the caller's.</param>
    /// <exception cref="VaultException">It is out of bounds, or memory is short.</exception>
    public static NodeSeal SealOf(OperatorSecret secret, IRandomSource random)
    {
        using var wrapper = secret.CreateKey(random, out var header);
        using var recipient = wrapper.DeriveRecipient();
        return new NodeSeal.OfSecret(secret.Kind, header, recipient.PublicKey);
    }

    /// <param name="owner"><see cref="TokenKeyId.NoOwner"/> for a node's first.</param>
    public static TokenKeyId NewIdentityId(string owner, IRandomSource random)
    {
        Span<byte> number = stackalloc byte[8];
        random.Fill(number);
        return new(TokenKeyUse.Identity, owner, BinaryPrimitives.ReadUInt64BigEndian(number));
    }

    private static byte[] SealSeed(IdentityKey identity, SealingKeys keys, NodeId nid, IRandomSource random)
    {
        using var seed = identity.CopySeed();
        return Unavailable.AsRefusal(() => keys.Seal(SealingContext.ForIdentitySeed(nid), seed, random));
    }
}
