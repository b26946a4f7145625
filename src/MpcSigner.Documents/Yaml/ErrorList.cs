namespace MpcSigner.Documents.Yaml;

/// <summary>Collects errors up to <see cref="YamlBounds.MaxErrors"/>.</summary>
internal sealed class ErrorList
{
    private readonly List<DocumentError> _errors = [];

    public bool IsFull => _errors.Count >= YamlBounds.MaxErrors;

    public bool IsEmpty => _errors.Count == 0;

    public void Add(int line, int column, string path, string message)
    {
        if (!IsFull)
            _errors.Add(new(line, column, path, message));
    }

    /// <summary>In the document's order.</summary>
    public IReadOnlyList<DocumentError> Sorted() => [.. _errors.OrderBy(e => e.Line).ThenBy(e => e.Column)];
}
