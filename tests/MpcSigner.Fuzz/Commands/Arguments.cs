using System.Globalization;

namespace MpcSigner.Fuzz.Commands;

/// <summary>Options of the long commands: --name value, or --name alone.</summary>
internal sealed class Arguments(string[] args)
{
    public bool Has(string name) => args.Contains(name);

    public string? Text(string name)
    {
        var at = Array.IndexOf(args, name);
        return at < 0 ? null : at + 1 < args.Length ? args[at + 1] : throw new ArgumentException($"{name} wants a value");
    }

    public ulong Number(string name, ulong otherwise) => Text(name) is { } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    public double Real(string name, double otherwise) => Text(name) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
