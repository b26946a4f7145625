using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Node.Start;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>A node's database as disasters leave it: gone, or as old as the last backup. The node must not run.</summary>
internal static class LostStore
{
    private static readonly string[] Suffixes = ["", "-wal", "-shm"];

    /// <summary>Nothing is left of it, and the operator says so: the next start makes a new one for the same identity.</summary>
    public static Task LoseAsync(TestNode node)
    {
        foreach (var suffix in Suffixes)
            File.Delete(new NodeDirectory(node.Directory).Store + suffix);
        return SayAsync(node, "lost");
    }

    /// <summary>Keeps a copy.</summary>
    /// <param name="folder">Made for it.</param>
    public static void BackUp(TestNode node, string folder)
    {
        Directory.CreateDirectory(folder);
        Copy(new NodeDirectory(node.Directory).Store, Path.Combine(folder, "store"));
    }

    public static Task RestoreAsync(TestNode node, string folder)
    {
        var store = new NodeDirectory(node.Directory).Store;
        foreach (var suffix in Suffixes)
            File.Delete(store + suffix);
        Copy(Path.Combine(folder, "store"), store);
        return SayAsync(node, "restored");
    }

    private static async Task SayAsync(TestNode node, string what)
    {
        var (code, output, error) = await NodeProgram.RunAsync("store", "restored", "--config", node.ConfigPath);
        Assert.True(code == 0, error);
        Assert.Contains($"\"{what}\"", output, StringComparison.Ordinal);
    }

    private static void Copy(string from, string to)
    {
        foreach (var suffix in Suffixes.Where(suffix => File.Exists(from + suffix)))
            File.Copy(from + suffix, to + suffix);
    }
}
