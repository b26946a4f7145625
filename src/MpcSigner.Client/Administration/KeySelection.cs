using MpcSigner.Client.Errors;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Client;

/// <summary>Which keys an order is to be about.</summary>
public sealed class KeySelection
{
    private KeySelection(IReadOnlyList<KeyId> ids, string label, string node) => (Ids, Label, Node) = (ids, label, node);

    /// <summary>All keys of the cluster.</summary>
    public static KeySelection All { get; } = new([], "", "");

    internal IReadOnlyList<KeyId> Ids { get; }

    internal string Label { get; }

    internal string Node { get; }

    /// <summary>These keys.</summary>
    /// <param name="keyIds">64 hexadecimal digits each, at least one.</param>
    /// <exception cref="MpcSignerException">MALFORMED_REQUEST.</exception>
    public static KeySelection Of(IEnumerable<string> keyIds)
    {
        ArgumentNullException.ThrowIfNull(keyIds);
        List<KeyId> ids = [];
        foreach (var text in keyIds)
        {
            if (!KeyId.TryParse(text, out var id))
                throw Failures.Malformed($"'{text}' is no key id.", "A key id has 64 hexadecimal digits: copy it from a list of keys.");
            ids.Add(id);
        }
        return ids.Count > 0 ? new([.. ids.Distinct()], "", "") : throw Failures.Malformed("No key is named.", "Name at least one key.");
    }

    /// <summary>All keys of a label.</summary>
    /// <exception cref="MpcSignerException">MALFORMED_REQUEST.</exception>
    public static KeySelection WithLabel(string label)
    {
        ArgumentNullException.ThrowIfNull(label);
        return label.Length is > 0 and <= StoreLimits.MaxLabelLength
            ? new([], label, "")
            : throw Failures.Malformed($"A label has 1..{StoreLimits.MaxLabelLength} characters.", "Give the label that the keys were created with.");
    }

    /// <summary>All keys that a node is a party of.</summary>
    /// <param name="node">Its name in the roster.</param>
    public static KeySelection HeldBy(string node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return new([], "", node);
    }

    /// <summary>For people.</summary>
    public override string ToString() =>
        Ids.Count == 1 ? $"key {Ids[0].ToString()[..8]}…" : Ids.Count > 1 ? $"{Ids.Count} keys"
        : Label.Length > 0 ? $"keys labelled {Label}" : Node.Length > 0 ? $"keys of node {Node}" : "all keys";
}
