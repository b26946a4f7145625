namespace MpcSigner.Node.Unsealing;

/// <summary>What became of a share that was given. Names are part of the socket's interface.</summary>
internal enum UnsealVerdict
{
    /// <summary>Nothing was given: how it stands.</summary>
    Standing = 1,

    /// <summary>It counts, and more are needed.</summary>
    Taken,

    /// <summary>It counts, and it was the last one needed.</summary>
    Complete,

    /// <summary>No share, or mistyped.</summary>
    Unreadable,

    OtherNode,

    OtherQuorum,

    Wrong,

    Duplicate,

    /// <summary>The quorum is complete already.</summary>
    Over,
}

/// <param name="Operator">The number that the share names; 0 where none was read.</param>
/// <param name="Given">Shares that count now.</param>
/// <param name="Message">For the operator: what it means and what to do.</param>
internal sealed record UnsealAnswer(UnsealVerdict Verdict, int Operator, int Given, int Needed, string Message)
{
    public bool IsRefusal => Verdict is UnsealVerdict.Unreadable or UnsealVerdict.OtherNode or UnsealVerdict.OtherQuorum or UnsealVerdict.Wrong or UnsealVerdict.Duplicate;
}
