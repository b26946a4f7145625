using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Simulation.Host;

/// <summary>What sealing gives here: copies, as they will lie on the node's disk.</summary>
public sealed class ScalarShares : SealedShares
{
    private IReadOnlyList<(KeyId Key, uint Generation, SecretScalar Share)> _shares;

    /// <param name="shares">Copied and disposed.</param>
    public ScalarShares(IReadOnlyList<ShareToSeal> shares)
    {
        _shares = [.. shares.Select(share => (share.Key, share.Generation, share.Share.Copy()))];
        Wipe(shares);
    }

    /// <summary>The copies, still to be handed over.</summary>
    public IReadOnlyList<(KeyId Key, uint Generation, SecretScalar Share)> All => _shares;

    /// <summary>Hands the copies over.</summary>
    public IReadOnlyList<(KeyId Key, uint Generation, SecretScalar Share)> Take()
    {
        var taken = _shares;
        _shares = [];
        return taken;
    }

    public static void Wipe(IReadOnlyList<ShareToSeal> shares)
    {
        foreach (var share in shares)
            share.Share.Dispose();
    }

    public override void Dispose()
    {
        foreach (var (_, _, share) in Take())
            share.Dispose();
    }
}
