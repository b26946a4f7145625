using System.Text.Json;

namespace MpcSigner.Fuzz.Seeds;

/// <summary>Files of the repository that hold valid inputs.</summary>
internal static class Vectors
{
    private static readonly string s_root = Root();

    public static byte[] File(params string[] path) => System.IO.File.ReadAllBytes(Path.Combine([s_root, .. path]));

    /// <summary>Hexadecimal values under these names.</summary>
    public static IEnumerable<byte[]> Hex(string file, Func<string, bool> name)
    {
        using var document = JsonDocument.Parse(File("tests", "Vectors", file));
        foreach (var property in document.RootElement.EnumerateObject().Where(property => name(property.Name)))
            yield return Convert.FromHexString(property.Value.GetString()!);
    }

    /// <summary>A field of each entry of a list, in hexadecimal; every so many-th entry.</summary>
    public static IEnumerable<byte[]> Entries(string file, string field, int every)
    {
        using var document = JsonDocument.Parse(File("tests", "Vectors", file));
        foreach (var entry in document.RootElement.EnumerateArray().Where((_, i) => i % every == 0))
            yield return Convert.FromHexString(entry.GetProperty(field).GetString()!);
    }

    public static IEnumerable<string> Texts(string file, string field, int every)
    {
        using var document = JsonDocument.Parse(File("tests", "Vectors", file));
        foreach (var entry in document.RootElement.EnumerateArray().Where((_, i) => i % every == 0))
            yield return entry.GetProperty(field).GetString()!;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "tests", "Vectors")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("tests/Vectors");
    }
}
