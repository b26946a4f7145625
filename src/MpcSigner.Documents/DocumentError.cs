namespace MpcSigner.Documents;

/// <summary>What is wrong with a document, and where.</summary>
/// <param name="Line">From 1; 0 where the document as a whole is meant.</param>
/// <param name="Column">From 1; 0 where the document as a whole is meant.</param>
/// <param name="Path">The place in the document's structure, e.g. "nodes[2].address"; empty at the top.</param>
public sealed record DocumentError(int Line, int Column, string Path, string Message)
{
    public override string ToString() =>
        (Line == 0 ? "" : $"line {Line}, column {Column}: ") + (Path.Length == 0 ? "" : Path + ": ") + Message;
}
