namespace MpcSigner.Cluster.Tests.Fixture;

/// <summary>How a node of a test cluster is sealed, where it is not under a passphrase.</summary>
/// <param name="Init">The options of <c>init</c> that say so.</param>
/// <param name="Options">The lines of the options file.</param>
internal sealed record TestSeal(IReadOnlyList<string> Init, string Options)
{
    /// <summary>k of m operators, whose shares lie in <see cref="TestCluster.ShareOf"/>.</summary>
    public static TestSeal Quorum(string folder, int threshold, int operators) => new(
        ["--seal", "quorum", "--operators", $"{operators}", "--threshold", $"{threshold}", "--shares-to", Path.Combine(folder, "shares")], "unseal_window: 1m");
}
