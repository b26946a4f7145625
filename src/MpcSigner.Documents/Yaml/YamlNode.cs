namespace MpcSigner.Documents.Yaml;

/// <summary>The parsed tree: no aliases, no tags, every key a scalar and there once.</summary>
internal abstract record YamlNode(int Line, int Column)
{
    /// <param name="IsPlain">Written without quotes or block marks: only such a scalar can be a number, a flag or null.</param>
    public sealed record Scalar(int Line, int Column, string Text, bool IsPlain) : YamlNode(Line, Column);

    public sealed record Sequence(int Line, int Column, IReadOnlyList<YamlNode> Items) : YamlNode(Line, Column);

    public sealed record Mapping(int Line, int Column, IReadOnlyList<(Scalar Key, YamlNode Value)> Entries) : YamlNode(Line, Column);
}
