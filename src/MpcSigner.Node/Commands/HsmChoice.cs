using MpcSigner.Node.Options;

namespace MpcSigner.Node.Commands;

/// <summary>A token as a command line names it, for a node that has no options file yet.</summary>
internal static class HsmChoice
{
    private static readonly Dictionary<string, bool> YesNo = new(StringComparer.Ordinal) { ["yes"] = true, ["no"] = false };

    /// <summary>--hsm-module, --hsm-token, --hsm-serial, --hsm-pin-file, --hsm-pin-env, --hsm-pin-prompt, --hsm-identity. Null: none is named, or wrong, which is among the errors.</summary>
    /// <param name="isNeeded">The sealing key is to be there.</param>
    public static HsmOptions? Read(Arguments arguments, bool isNeeded)
    {
        var (module, token, serial) = (arguments.Optional("--hsm-module"), arguments.Optional("--hsm-token"), arguments.Optional("--hsm-serial"));
        var sources = new List<PassphraseSource>();
        if (arguments.Optional("--hsm-pin-file") is { } file)
            sources.Add(new PassphraseSource.FromFile(Path.GetFullPath(file)));
        if (arguments.Optional("--hsm-pin-env") is { } variable)
            sources.Add(new PassphraseSource.FromEnvironment(variable));
        if (arguments.Optional("--hsm-pin-prompt") == "yes")
            sources.Add(new PassphraseSource.FromPrompt());
        var identity = arguments.Choice("--hsm-identity", false, YesNo);
        if (!isNeeded && !identity)
        {
            if (module is not null || token is not null || serial is not null || sources.Count > 0)
                arguments.Errors.Add("--hsm-module, --hsm-token, --hsm-serial and --hsm-pin-... belong to --seal hsm or --hsm-identity yes");
            return null;
        }
        if (string.IsNullOrEmpty(module) || string.IsNullOrEmpty(token) || token.Length > HsmOptions.MaxLabelLength)
            arguments.Errors.Add($"a token needs --hsm-module FILE and --hsm-token LABEL of 1..{HsmOptions.MaxLabelLength} characters");
        if (sources.Count != 1)
            arguments.Errors.Add("exactly one of --hsm-pin-file, --hsm-pin-env, --hsm-pin-prompt yes is needed");
        return arguments.Errors.Count > 0 ? null : new()
        {
            Module = Path.GetFullPath(module!),
            Token = token!,
            Serial = serial,
            Pin = sources[0],
            Identity = identity,
        };
    }
}
