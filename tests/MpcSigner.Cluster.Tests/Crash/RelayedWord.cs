namespace MpcSigner.Cluster.Tests.Crash;

/// <summary>A sealed envelope of a session on one leg of its way, or a call between two nodes, as a relay sees it. What one participant says to another in a session has two legs, over two relays.</summary>
/// <param name="What">An envelope's type, and number of its round; a call's name, or that with <see cref="Answered"/>.</param>
/// <param name="From">Name of the node that says it; empty in a pair setup, where nobody has a number.</param>
/// <param name="To">Name of the node that it is for.</param>
/// <param name="ToCallee">To the node behind the relay; else from it.</param>
internal readonly record struct RelayedWord(string What, string From, string To, bool ToCallee)
{
    /// <summary>Ends the name of an answer to a call.</summary>
    public const string Answered = " answered";
}
