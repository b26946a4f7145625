namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>Whether a pair setup may be used. Leaving <see cref="Active"/> is for ever.</summary>
public enum PairSetupState
{
    /// <summary>Both directions are confirmed.</summary>
    Active = 1,

    /// <summary>Given up without a verdict: a newer setup began, its life ended, its host let it go. Not counted as a failure (spec §5, C8).</summary>
    Retired = 2,

    /// <summary>
    /// A check failed: no verdict is computed or released any more (spec §8.4, C3 to C5). Both directions. Until this is durable no session of the pair may let anything
    /// of it become visible, nor its own end for that reason.
    /// </summary>
    Dead = 3,
}
