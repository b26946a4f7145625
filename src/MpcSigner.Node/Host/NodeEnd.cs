namespace MpcSigner.Node.Host;

/// <summary>How one machine ended.</summary>
internal enum NodeEnd
{
    /// <summary>The process was asked to stop.</summary>
    Stopped = 1,

    /// <summary>A defect, or a store that failed.</summary>
    Halted,

    /// <summary>A token that it needs does not answer: another machine begins when it does.</summary>
    TokenLost,
}
