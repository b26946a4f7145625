namespace MpcSigner.Node.Hardening;

/// <summary>What one check found.</summary>
/// <param name="Name">Stable, for scripts.</param>
/// <param name="Advice">What to do; empty where nothing is to be done.</param>
internal sealed record HardeningCheck(string Name, HardeningOutcome Outcome, string Finding, string Advice);

internal enum HardeningOutcome
{
    Passed,

    /// <summary>Said, never a reason to refuse.</summary>
    Advised,

    /// <summary>Refuses the start where hardening is required.</summary>
    Failed,
}
