using MpcSigner.Core.Faults;

namespace MpcSigner.Node.Unsealing;

/// <summary>Whether a node's secrets are at hand.</summary>
internal enum SealState
{
    /// <summary>The node waits for its operators and takes part in nothing.</summary>
    Sealed = 1,

    Unsealed,

    /// <summary>The token does not answer. The node goes on with what it has open, if that is enough, and heals by itself when the token is back.</summary>
    TokenLost,
}

/// <summary>The state with what to say of it; never a secret.</summary>
/// <param name="Detail">What it waits for: one sentence. Empty when unsealed.</param>
/// <param name="NextStep">What to do: one sentence. Empty when unsealed.</param>
/// <param name="Given">Operators' shares given so far.</param>
/// <param name="Needed">So many open it; 0 where no quorum does.</param>
internal sealed record SealStanding(SealState State, string Detail = "", string NextStep = "", int Given = 0, int Needed = 0)
{
    public static readonly SealStanding Unsealed = new(SealState.Unsealed);

    private const string TokenStep = "Bring the token back: the node tries it by itself and goes on as soon as it answers. Until then use other nodes.";

    public static SealStanding TokenLost(string why) => new(SealState.TokenLost, $"The node's token does not answer: {why.TrimEnd('.')}.", TokenStep);

    public static SealStanding Waiting(int given, int needed) => new(SealState.Sealed,
        $"The node's secrets are sealed: {given} of {needed} operators have given their shares.",
        "Have operators run 'mpcsigner-node unseal' on the node's machine; until then use other nodes.", given, needed);

    /// <summary>As a caller sees it: may be tried again.</summary>
    /// <exception cref="InvalidOperationException">Unsealed: nothing is refused.</exception>
    public ServiceError ToError() => State switch
    {
        SealState.Sealed => new(Reason.Sealed, Detail, NextStep),
        SealState.TokenLost => new(Reason.TokenLost, Detail, NextStep),
        SealState.Unsealed => throw new InvalidOperationException("an unsealed node refuses nothing for its seal"),
    };
}
