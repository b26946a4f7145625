using System.Text.Json;

namespace MpcSigner.Cli.Clusters;

/// <summary>The files of a development cluster under one folder. Only a folder that bears the marker is ever changed or deleted.</summary>
internal sealed class ClusterFolder
{
    private const string Marker = "mpcsigner-cluster.json";
    private const string Kind = "mpcsigner development cluster";

    /// <summary>What <c>cluster init</c> makes; nothing else in the folder is touched.</summary>
    private static readonly string[] Own = ["authority", "administrator", .. Enumerable.Range(2, MaxAdministrators - 1).Select(i => $"administrator-{i}"), "documents", "client", "nodes", SoftToken.FolderName, Marker];

    public const int MaxAdministrators = 16;

    private ClusterFolder(string path) => Root = System.IO.Path.GetFullPath(path);

    public string Root { get; }

    public string AuthorityCertificate => In("authority", "ca.pem");

    public string AuthorityKey => In("authority", "ca-key.pem");

    /// <summary>A folder an administrator: the first one's, and those of the others of the quorum.</summary>
    public IReadOnlyList<string> Administrators =>
    [
        In("administrator"),
        .. Enumerable.Range(2, MaxAdministrators - 1).Select(AdministratorAt).TakeWhile(Directory.Exists),
    ];

    public string Client => In("client");

    public string Documents => In("documents");

    public string Nodes => In("nodes");

    /// <summary>Its nodes have tokens, so one more gets one too.</summary>
    public bool HasTokens => Directory.Exists(In(SoftToken.FolderName));

    /// <summary>The nodes by name, in order.</summary>
    public IReadOnlyList<NodeFolder> AllNodes { get; private set; } = [];

    /// <exception cref="CliException">There is no cluster.</exception>
    public static ClusterFolder Open(string path)
    {
        var folder = new ClusterFolder(path);
        if (folder.ReadMarker() is not { } names)
            throw CliException.Usage($"There is no cluster in {folder.Root}.", $"Make one: mpcsigner cluster init --dir {path}");
        folder.AllNodes = [.. names.Select(n => new NodeFolder(n, System.IO.Path.Combine(folder.Nodes, n)))];
        return folder;
    }

    /// <summary>An empty folder to make a cluster in.</summary>
    public static ClusterFolder Prepare(string path, bool reset)
    {
        var folder = new ClusterFolder(path);
        if (Directory.Exists(folder.Root) && Directory.EnumerateFileSystemEntries(folder.Root).Any())
        {
            if (folder.ReadMarker() is null)
                throw CliException.Usage($"{folder.Root} is not empty, and it is no cluster of ours.", "Choose another folder with --dir; nothing was touched.");
            if (!reset)
                throw CliException.Usage($"{folder.Root} holds a cluster already.", "Give --reset to delete its keys for ever and begin anew, or choose another folder with --dir.");
            folder.Delete();
        }
        Directory.CreateDirectory(folder.Root);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // First of all: what is made half can then be reset.
        folder.Mark([]);
        return folder;
    }

    public void Mark(IReadOnlyList<string> nodes)
    {
        File.WriteAllText(In(Marker), JsonSerializer.Serialize(new MarkerFile(Kind, 1, nodes)));
        AllNodes = [.. nodes.Select(n => new NodeFolder(n, System.IO.Path.Combine(Nodes, n)))];
    }

    private void Delete()
    {
        var running = Open(Root).AllNodes.Where(n => NodeProcess.Find(n) is not null).Select(n => n.Name).ToList();
        if (running.Count > 0)
            throw CliException.Usage($"Nodes of {Root} are running: {string.Join(", ", running)}.", $"Stop them first: mpcsigner cluster stop --dir {Root}");
        foreach (var name in Own)
        {
            var path = In(name);
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
            else if (File.Exists(path))
                File.Delete(path);
        }
    }

    private IReadOnlyList<string>? ReadMarker()
    {
        try
        {
            return File.Exists(In(Marker)) && JsonSerializer.Deserialize<MarkerFile>(File.ReadAllText(In(Marker))) is { Kind: Kind, Version: 1 } marker ? marker.Nodes : null;
        }
        catch (JsonException)
        {
            return null; // not ours, so not to be touched
        }
    }

    public NodeFolder NodeAt(string name) => new(name, System.IO.Path.Combine(Nodes, name));

    /// <param name="number">From 1.</param>
    public string AdministratorAt(int number) => In(number == 1 ? "administrator" : $"administrator-{number}");

    private string In(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    private sealed record MarkerFile(string Kind, int Version, IReadOnlyList<string> Nodes);
}

/// <summary>One node's files.</summary>
internal sealed record NodeFolder(string Name, string Path)
{
    /// <summary>What the node's own <c>init</c> makes.</summary>
    public string Data => System.IO.Path.Combine(Path, "data");

    public string Options => System.IO.Path.Combine(Path, "node.yaml");

    public string Passphrase => System.IO.Path.Combine(Path, "passphrase");

    /// <summary>What the roster says of it, for a node that joined later.</summary>
    public string Entry => System.IO.Path.Combine(Path, "roster-entry.json");

    public string Log => System.IO.Path.Combine(Path, "node.log");

    public string Pid => System.IO.Path.Combine(Path, "node.pid");
}
