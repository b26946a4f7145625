using System.CommandLine;
using MpcSigner.Client;

namespace MpcSigner.Cli.Administration;

/// <summary>Which keys a verb is about: exactly one way of naming them.</summary>
internal sealed class KeyOptions(string all)
{
    private readonly Option<string[]> _keys = new("--key") { HelpName = "ID", Description = "A key's id; several may be given", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _label = new("--label") { HelpName = "LABEL", Description = "All keys of this label" };
    private readonly Option<bool> _all = new("--all") { Description = all };

    public void AddTo(Command command)
    {
        command.Options.Add(_keys);
        command.Options.Add(_label);
        command.Options.Add(_all);
    }

    /// <summary>Null if none was named.</summary>
    /// <param name="everything">What --all stands for.</param>
    public KeySelection? Find(ParseResult parsed, KeySelection everything)
    {
        var (keys, label, isAll) = (parsed.GetValue(_keys) ?? [], parsed.GetValue(_label), parsed.GetValue(_all));
        if ((keys.Length > 0 ? 1 : 0) + (label is null ? 0 : 1) + (isAll ? 1 : 0) > 1)
            throw CliException.Usage("--key, --label and --all exclude each other.", "Name the keys in one of these ways.");
        return keys.Length > 0 ? KeySelection.Of(keys) : label is not null ? KeySelection.WithLabel(label) : isAll ? everything : null;
    }

    public KeySelection Read(ParseResult parsed) =>
        Find(parsed, KeySelection.All) ?? throw CliException.Usage("No keys are named.", "Give --key ID, --label LABEL or --all.");
}
