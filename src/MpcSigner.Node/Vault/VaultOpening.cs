using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Vault.Files;
using MpcSigner.Node.Vault.Tokens;

namespace MpcSigner.Node.Vault;

/// <summary>From the sealed file to the opened vault.</summary>
internal static class VaultOpening
{
    /// <summary>Opens a node's file. Every token that it names is looked through: other nodes' keys there refuse it, and so do keys weaker than they must be.</summary>
    /// <param name="bytes">At most <see cref="VaultFile.MaxBytes"/>.</param>
    /// <param name="means">Stay the caller's.</param>
    /// <exception cref="VaultException">Says what is wrong: the secret, the token, the file.</exception>
    public static NodeVault Open(ReadOnlySpan<byte> bytes, SealMeans means)
    {
        if (!VaultFile.TryRead(bytes, out var file))
            throw NodeVault.Damaged("it has not the form of a sealed identity");
        foreach (var token in TokensOf(file, means))
            TokenKeys.OfNode(token, file.Nid);
        var generations = new List<SealedGeneration>();
        try
        {
            foreach (var part in file.Generations)
                generations.Add(means.Open(part, file.Nid));
            var keys = new SealingKeys([.. generations.Select(generation => generation.Key)]);
            return new(file, OpenIdentity(file.Identity, file.Nid, keys, means.TokenOf), generations, keys, means.Tokens);
        }
        catch
        {
            generations.ForEach(generation => generation.Key.Dispose());
            throw;
        }
    }

    private static IEnumerable<IVaultToken> TokensOf(VaultFile file, SealMeans means) => NodeVault.NamedKeys(file)
        .Except(file.Retired) // their token may be gone for good: that is not what a node waits for
        .Select(means.TokenOf).Distinct();

    /// <summary>The identity key of a file.</summary>
    /// <exception cref="VaultException">It does not open, or its token does not hold it.</exception>
    public static IIdentitySigner OpenIdentity(IdentityPart part, NodeId nid, SealingKeys keys, Func<TokenKey, IVaultToken> tokenOf)
    {
        switch (part)
        {
            case IdentityPart.Sealed { Seed: var sealedSeed }:
                return Unavailable.AsRefusal(() => OpenSeed(keys, nid, sealedSeed));
            case IdentityPart.InToken { PublicKey: var named, Key: var key }:
                var signer = tokenOf(key).FindIdentity(key.Id);
                return signer.PublicKey.Equals(named)
                    ? signer
                    : throw NodeVault.Damaged($"token {key.Label} holds another identity key than the file names");
            default:
                throw new NotSupportedException($"no opening for {part.GetType().Name}");
        }
    }

    private static IdentityKey OpenSeed(SealingKeys keys, NodeId nid, ReadOnlySpan<byte> sealedSeed)
    {
        if (keys.TryOpen(SealingContext.ForIdentitySeed(nid), sealedSeed, out var seed) != OpenResult.Opened)
            throw NodeVault.Damaged("the identity in it does not open");
        using (seed)
        {
            return seed!.Length == IdentityKey.SeedSize
                ? IdentityKey.FromSeed(seed)
                : throw NodeVault.Damaged("the identity in it has another length");
        }
    }
}
