using MpcSigner.Core.Faults;

namespace MpcSigner.Coordination.Jobs;

/// <summary>What a step's outcome says to people.</summary>
internal static class StepTexts
{
    /// <summary>Characters of an outcome.</summary>
    public const int MaxLength = 800;

    /// <summary>A refusal, with each node that it names and what that one said.</summary>
    public static string Of(ServiceError error)
    {
        // Many a message names the nodes itself.
        var unsaid = error.Nodes.Where(node => !error.Message.Contains(node.Message, StringComparison.Ordinal)).ToList();
        var nodes = unsaid.Count == 0 ? "" : $" ({string.Join("; ", unsaid.Select(node => $"{node.NodeName}: {node.Message}"))})";
        return Cut($"{ReasonCodes.Name(error.Reason)}: {error.Message}{nodes} {error.NextStep}");
    }

    public static string Cut(string text) => text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength - 1), "…");
}
