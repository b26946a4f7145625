using MpcSigner.Cluster.Tests.Fixture;
using Xunit;

namespace MpcSigner.Node.Tests.RunningNode;

/// <summary>The files of a cluster of three, of which single nodes are started; shared by the tests of a class, which change copies only.</summary>
public sealed class NodeFiles : IAsyncLifetime
{
    private TestCluster? _cluster;

    internal TestCluster Cluster => _cluster ?? throw new InvalidOperationException("the cluster's files were not made");

    public async ValueTask InitializeAsync() => _cluster = await TestCluster.CreateAsync();

    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Writes an options file that differs from node a's by replacements.</summary>
    internal string OptionsOfA(string file, params (string Old, string New)[] changes)
    {
        var text = File.ReadAllText(Cluster["a"].ConfigPath);
        foreach (var (old, replacement) in changes)
        {
            Assert.Contains(old, text, StringComparison.Ordinal);
            text = text.Replace(old, replacement, StringComparison.Ordinal);
        }
        var path = Path.Combine(Cluster.Folder, file);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A copy of a node's folder.</summary>
    internal string CopyOf(string node, string name)
    {
        var copy = Directory.CreateDirectory(Path.Combine(Cluster.Folder, name)).FullName;
        foreach (var file in Directory.GetFiles(Cluster[node].Directory))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }
}
