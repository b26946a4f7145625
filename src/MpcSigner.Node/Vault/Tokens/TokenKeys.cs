using MpcSigner.Core.Identities;
using MpcSigner.Node.Vault.Files;

namespace MpcSigner.Node.Vault.Tokens;

/// <summary>Whose keys are in a token.</summary>
internal static class TokenKeys
{
    /// <summary>Where a generation in a token is; null for one that an operator's secret keeps.</summary>
    /// <exception cref="VaultException">The file's word of it is damaged.</exception>
    public static TokenKey? Of(GenerationPart part) =>
        part.Kind != SealKind.Token ? null
        : TokenKey.TryRead(part.Header, out var key) && key.Id is { Use: TokenKeyUse.Seal } id && id.Generation == part.Generation && part.Wrapped.Length == 0 ? key
        : throw new VaultException(VaultRefusal.Damaged, "The sealed identity is damaged: a generation in a token is not named as such. Restore the file from a backup.");

    /// <summary>The keys of this node.</summary>
    /// <exception cref="VaultException">There are another node's: two nodes must never share a token. Or the token does not answer.</exception>
    public static IReadOnlyList<TokenKeyId> OfNode(IVaultToken token, NodeId nid)
    {
        var all = token.List();
        foreach (var (_, owner) in all)
        {
            if (owner != TokenKeyId.OwnerOf(nid))
                throw OtherNode(token, owner);
        }
        return [.. all.Select(key => key.Id)];
    }

    /// <summary>A token for a new node holds no node's keys.</summary>
    /// <exception cref="VaultException">There are some, or the token does not answer.</exception>
    public static void RequireNone(IVaultToken token)
    {
        if (token.List() is [var (_, owner), ..])
            throw OtherNode(token, owner);
    }

    private static VaultException OtherNode(IVaultToken token, string owner) => new(VaultRefusal.OtherNodesToken,
        $"Token {token.Label} (serial {token.Serial}) holds keys of the node whose nid begins with {owner}. Two nodes must never share a token: give this node a token of its own. If that node is gone for good, remove its keys with the token's own tools.");
}
