using Xunit;
using System.Text.Json;

namespace MpcSigner.Kernel.Tests.Wire;

/// <summary>The frozen forms of the wire document, by name.</summary>
internal static class GoldenBytes
{
    private static readonly Dictionary<string, string> All = Load();

    public static byte[] Of(string form) => Convert.FromHexString(All[form]);

    private static Dictionary<string, string> Load()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "tests", "Vectors")))
            folder = folder.Parent;
        Assert.NotNull(folder);
        using var file = File.OpenRead(Path.Combine(folder.FullName, "tests", "Vectors", "wire", "golden.json"));
        return JsonSerializer.Deserialize<Dictionary<string, string>>(file)!;
    }
}
