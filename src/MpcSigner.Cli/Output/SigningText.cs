using MpcSigner.Cli.Documents;

namespace MpcSigner.Cli.Output;

/// <summary>Who has signed a document, and what is left to do.</summary>
internal static class SigningText
{
    public static void Print(TextWriter text, DocumentSigning.Outcome outcome, string next)
    {
        text.WriteLine($"{outcome.File}: signed by {string.Join(", ", outcome.Signed)}");
        text.WriteLine(outcome.Missing == 0 ? $"ready: {next}" : $"{outcome.Missing} more signature{(outcome.Missing == 1 ? "" : "s")} needed");
    }
}
