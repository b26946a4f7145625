using System.CommandLine;

namespace MpcSigner.Cli.Commands;

/// <summary>How verbs name a job.</summary>
internal static class JobOptions
{
    public static Argument<string> Job() => new("job") { Description = "The job's id: 64 hexadecimal digits" };

    public static Option<string?> Node() => new("--node") { HelpName = "NAME", Description = "The node that runs it; all are asked if not given" };

    public static Argument<string> File() => new("file") { Description = "A file of orders, as --out writes it" };
}
