using MpcSigner.Client;

namespace MpcSigner.Cli.Output;

/// <summary>Who gave no answer: a list without theirs is not the whole list.</summary>
internal static class SilentText
{
    public static void Print(TextWriter text, IReadOnlyList<NodeRefusal> silent)
    {
        foreach (var node in silent)
            text.WriteLine($"{node.NodeName} did not answer, what it alone knows is missing: {node.Reason}: {node.Message}");
    }
}
