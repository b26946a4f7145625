namespace MpcSigner.Documents.Yaml;

/// <summary>How large a document may be. Reading stops at the first bound that is passed.</summary>
/// <param name="MaxNodes">Scalars, lists and maps, keys included.</param>
/// <param name="MaxScalarLength">Characters of one scalar.</param>
public sealed record YamlBounds(int MaxBytes, int MaxNodes, int MaxScalarLength)
{
    /// <summary>No document of ours nests deeper than 5.</summary>
    public const int MaxDepth = 16;

    /// <summary>More would not be read by anyone; what follows is not looked at.</summary>
    public const int MaxErrors = 100;

    /// <summary>Enough for a node's options or a signature file.</summary>
    public static YamlBounds Small { get; } = new(MaxBytes: 64 << 10, MaxNodes: 4_096, MaxScalarLength: 4_096);
}
