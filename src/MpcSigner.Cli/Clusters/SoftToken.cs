using System.Diagnostics;
using System.Security.Cryptography;

namespace MpcSigner.Cli.Clusters;

/// <summary>A development node's token of SoftHSM2: in the cluster's folder beside the nodes, as an HSM stands beside the machine whose disk may be lost.</summary>
/// <param name="Name">The node's.</param>
/// <param name="Path">Its folder.</param>
internal sealed record SoftToken(string Name, string Path)
{
    /// <summary>Under the cluster's folder.</summary>
    public const string FolderName = "tokens";

    /// <summary>Where SoftHSM2 looks for its configuration, which says where its tokens are: each node has one of its own.</summary>
    private const string ConfigurationVariable = "SOFTHSM2_CONF";

    private const string ModuleVariable = "MPCSIGNER_SOFTHSM";

    private static readonly string[] Modules =
        ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"];

    /// <summary>The token's label.</summary>
    public string Label => $"mpcsigner-{Name}";

    public string Pin => In("pin");

    private string OfficerPin => In("so-pin");

    private string Configuration => In("softhsm2.conf");

    private string Objects => In("objects");

    /// <summary>That of a node's folder, whether it is there or not.</summary>
    public static SoftToken Of(NodeFolder node) =>
        new(node.Name, System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(node.Path)))!, FolderName, node.Name));

    /// <summary>The token of the node that an options file is of; null if it has none.</summary>
    public static SoftToken? Beside(string optionsFile)
    {
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(optionsFile))!;
        return System.IO.Path.GetDirectoryName(System.IO.Path.GetDirectoryName(folder)) is null ? null : OfExisting(new(System.IO.Path.GetFileName(folder), folder));
    }

    /// <summary>A node's token; null if it has none.</summary>
    public static SoftToken? OfExisting(NodeFolder node) => Of(node) is var token && File.Exists(token.Configuration) ? token : null;

    /// <summary>SoftHSM2's library.</summary>
    /// <exception cref="CliException">It is not installed.</exception>
    public static string FindModule()
    {
        if (Environment.GetEnvironmentVariable(ModuleVariable) is { Length: > 0 } named)
            return File.Exists(named) ? System.IO.Path.GetFullPath(named) : throw CliException.Usage($"{ModuleVariable} names {named}, which is not there.", "Correct it, or unset it.");
        return Modules.FirstOrDefault(File.Exists)
            ?? throw CliException.Usage("SoftHSM2 was not found on this machine.", $"Install it (Debian: apt-get install softhsm2), or name its library in {ModuleVariable}.");
    }

    /// <summary>Makes the token anew, with random PINs in files that only their owner reads. What stood there is nobody's: no roster named its node.</summary>
    /// <exception cref="CliException">It cannot be made.</exception>
    public async Task MakeAsync(CancellationToken cancellation)
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
        foreach (var folder in (string[])[Path, Objects])
        {
            Directory.CreateDirectory(folder);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        foreach (var pin in (string[])[Pin, OfficerPin])
            PrivateFiles.Write(pin, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) + "\n");
        WriteConfiguration();

        // In a process of its own: SoftHSM2 reads its configuration once, and this one makes tokens of several.
        var self = typeof(SoftToken).Assembly.Location;
        var start = new ProcessStartInfo(NodeProgram.DotnetHost, [self, "token", "init", "--pkcs11", $"module={FindModule()};token={Label};pin-file={System.IO.Path.GetFileName(Pin)}", "--so-pin-file", System.IO.Path.GetFileName(OfficerPin)])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path,
        };
        AddTo(start);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("no process was started");
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        await output.ConfigureAwait(false);
        var said = await errors.ConfigureAwait(false);
        if (process.ExitCode != 0)
            throw new CliException(ExitCode.Usage, "TOKEN_INIT", $"The token of {Name} was not made (exit code {process.ExitCode}): {said.Trim()}", "Correct what it names.");
    }

    /// <summary>Lets a process of the node find its token, wherever the cluster's folder lies by now.</summary>
    public void AddTo(ProcessStartInfo start)
    {
        WriteConfiguration();
        start.Environment[ConfigurationVariable] = Configuration;
    }

    private void WriteConfiguration()
    {
        var text = $"# Written by mpcsigner for the token of {Name}.\ndirectories.tokendir = {Objects}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n";
        if (File.Exists(Configuration) && File.ReadAllText(Configuration) == text)
            return;
        File.WriteAllText(Configuration + ".new", text);
        File.Move(Configuration + ".new", Configuration, overwrite: true);
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
