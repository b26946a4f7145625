using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MpcSigner.Core.Requests;

namespace MpcSigner.Policy.Rules;

/// <summary>Derivation paths that a rule speaks of: "m" (the key itself), "m/0/1" (that path), or "m/0/*" (every path that goes on from m/0).</summary>
public sealed class PathPattern
{
    private const string Root = "m", Below = "*";

    private PathPattern(IReadOnlyList<uint> indices, bool isPrefix) => (Indices, IsPrefix) = (indices, isPrefix);

    public IReadOnlyList<uint> Indices { get; }

    /// <summary>Written with "/*" behind it: matches longer paths, and not this one.</summary>
    public bool IsPrefix { get; }

    /// <summary>One spelling for each pattern: no sign, no leading zeros, no hardened index.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PathPattern? pattern)
    {
        ArgumentNullException.ThrowIfNull(text);
        pattern = null;
        var parts = text.Split('/');
        if (parts[0] != Root)
            return false;
        var isPrefix = parts.Length > 1 && parts[^1] == Below;
        var written = parts[1..(isPrefix ? ^1 : ^0)];
        // A prefix must leave room for what goes on from it.
        if (written.Length > RequestAction.Sign.MaxPathLength - (isPrefix ? 1 : 0))
            return false;
        var indices = new uint[written.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            if (!uint.TryParse(written[i], NumberStyles.None, CultureInfo.InvariantCulture, out indices[i]) || indices[i] > int.MaxValue
                || indices[i].ToString(CultureInfo.InvariantCulture) != written[i])
                return false;
        }
        pattern = new(indices, isPrefix);
        return true;
    }

    public bool Matches(IReadOnlyList<uint> path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return (IsPrefix ? path.Count > Indices.Count : path.Count == Indices.Count) && path.Take(Indices.Count).SequenceEqual(Indices);
    }

    public override string ToString() => Write(Indices) + (IsPrefix ? "/" + Below : "");

    internal static string Write(IReadOnlyList<uint> path) => string.Join('/', path.Select(index => index.ToString(CultureInfo.InvariantCulture)).Prepend(Root));
}
