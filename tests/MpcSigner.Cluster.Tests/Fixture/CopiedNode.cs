namespace MpcSigner.Cluster.Tests.Fixture;

/// <summary>The same node on a copied disk, at a port of its own. The roster knows of none of it.</summary>
internal static class CopiedNode
{
    public static TestNode Of(TestCluster cluster, TestNode node)
    {
        var copied = Directory.CreateDirectory(Path.Combine(cluster.Folder, "copied", node.Name)).FullName;
        foreach (var file in Directory.EnumerateFiles(node.Directory).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(copied, Path.GetFileName(file)));
        var folder = Path.GetDirectoryName(copied)!;
        foreach (var file in Directory.EnumerateFiles(cluster.Folder))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var copy = new TestNode(node.Name, folder, TestPorts.Addresses(1)[0]);
        cluster.WriteOptions(copy, "warn");
        return copy;
    }
}
