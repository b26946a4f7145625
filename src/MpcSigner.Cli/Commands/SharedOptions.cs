using System.CommandLine;
using MpcSigner.Cli.Tokens;

namespace MpcSigner.Cli.Commands;

/// <summary>Options that several verbs have, each described once.</summary>
internal static class SharedOptions
{
    public const string DefaultFolder = "dev-cluster";

    public static Option<string> Dir() => new("--dir")
    {
        HelpName = "DIR",
        Description = $"The cluster's folder (environment MPCSIGNER_DIR, else {DefaultFolder})",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("MPCSIGNER_DIR") is { Length: > 0 } set ? set : DefaultFolder,
    };

    /// <summary>A key in a token.</summary>
    /// <param name="what">Which key, and what it is in place of.</param>
    public static Option<string?> Pkcs11(string what) => new("--pkcs11") { HelpName = TokenReference.Form, Description = $"{what}. {TokenReference.Explanation}" };

    public static Option<string?> Via() => new("--via") { HelpName = "NAME", Description = "Ask this node first; it then coordinates the request and takes part" };

    public static Option<string?> IdempotencyKey() => new("--idempotency-key")
    {
        HelpName = "KEY",
        Description = "Makes the request one request however often it is sent: 1..64 printable ASCII characters (drawn if not given). To repeat it, give --issued-at too",
    };

    public static Option<DateTimeOffset?> IssuedAt() => new("--issued-at") { HelpName = "TIME", Description = "When the request was issued, e.g. 2026-01-31T12:00:00Z; now if not given" };

    /// <summary>Names that an option was given in one word, with commas between; none for an option that was not given.</summary>
    public static IReadOnlyList<string> Names(string? text) => text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>32 bytes that an option was given in hexadecimal.</summary>
    public static byte[] Hex32(string option, string text)
    {
        const int size = 32;
        return text.Length == 2 * size && text.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(text)
            : throw CliException.Usage($"{option} is not {size} bytes in hexadecimal.", $"Give {2 * size} digits of 0-9 a-f.");
    }

    /// <summary>A command with its examples below the options' place in the help.</summary>
    public static Command Command(string name, string description, params string[] examples) =>
        new(name, description + "\n\nExamples:\n" + string.Join('\n', examples.Select(e => "  mpcsigner " + e)));
}
