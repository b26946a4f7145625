namespace MpcSigner.Matrix;

/// <summary><c>tests/Matrix/gaps.txt</c>: the cells that are known to have no test. It says what is true, no more and no less.</summary>
internal static class GapList
{
    private const string Head = "# Cells of the matrix without a test: row, level. Written by: bash tests/run.sh gaps";

    public static IReadOnlyList<string> Load(string path) => [.. File.ReadLines(path).Where(line => line.Length > 0 && line[0] != '#')];

    public static void Save(string path, IEnumerable<Cell> gaps) => File.WriteAllLines(path, [Head, .. gaps.Select(gap => $"{gap}")]);
}
