using System.Text.Json;

namespace MpcSigner.Kernel.Tests.Protocols.Support;

/// <summary>Finds files under tests/Vectors from wherever the test runs.</summary>
internal static class VectorFiles
{
    public static string PathOf(params string[] parts)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "tests", "Vectors")))
            folder = folder.Parent;
        return Path.Combine([folder?.FullName ?? throw new DirectoryNotFoundException("tests/Vectors"), "tests", "Vectors", .. parts]);
    }

    public static JsonDocument Read(params string[] parts) => JsonDocument.Parse(File.ReadAllBytes(PathOf(parts)));

    public static byte[] Hex(this JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!);
}
