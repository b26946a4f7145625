using System.Diagnostics;
using System.Text;
using System.Xml.Linq;

namespace MpcSigner.Simulation.Planted;

/// <summary>
/// A copy of this very program whose Protocols and Coordination are built from patched source: outside the repository, without packages,
/// against the other assemblies as they lie beside this program.
/// </summary>
public sealed class PlantedBuild : IDisposable
{
    /// <summary>The type that the patched source asks which fault is in force.</summary>
    public const string Switch = "MpcSigner.Protocols.PlantedFault";

    private const string Changed = "MpcSigner.Protocols";
    private static readonly string[] Projects = [Changed, "MpcSigner.Coordination"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly string _folder = Directory.CreateTempSubdirectory("mpcsigner-planted-").FullName;

    public PlantedBuild()
    {
        var root = Root();
        foreach (var project in Projects)
            CopySource(root, project);
        foreach (var replacement in Faults.SelectMany(fault => fault.Replacements))
            Replace(replacement);
        File.WriteAllText(Path.Combine(_folder, "src", Changed, "PlantedFault.cs"), """
            namespace MpcSigner.Protocols;

            public static class PlantedFault
            {
                public static string Name = "";

                public static bool Is(string name) => Name == name;
            }
            """);
        // Nothing above the folder is to have a say in the build.
        foreach (var name in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
            File.WriteAllText(Path.Combine(_folder, name), "<Project />");
        File.Copy(Path.Combine(root, "global.json"), Path.Combine(_folder, "global.json"));
        Build();
    }

    /// <summary>Of the repository.</summary>
    public static IReadOnlyList<Fault> Faults { get; } =
    [
        .. Directory.GetFiles(Path.Combine(Root(), "tests", "MpcSigner.Simulation", "Planted", "Faults"), "*.fault").Order(StringComparer.Ordinal)
            .Select(file => Fault.Parse(Path.GetFileNameWithoutExtension(file), File.ReadAllLines(file))),
    ];

    private string Program => Path.Combine(_folder, "bin");

    /// <summary>Runs histories with one fault, or with none, until a promise breaks or their number is reached.</summary>
    /// <param name="fault">Null: none.</param>
    public (int ExitCode, string Output) Run(Fault? fault, int atMost, ulong seed = 1)
    {
        List<string> arguments = [Path.Combine(Program, "MpcSigner.Simulation.dll"), "run", "--until-failure", "--max-histories", $"{atMost}", "--minutes", "3", "--whole", "--seed", $"{seed}"];
        if (fault is not null)
            arguments.AddRange(["--fault", fault.Name]);
        arguments.AddRange(fault?.Options ?? []);
        return Dotnet(arguments);
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MpcSigner.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException("the repository is not above this program");
    }

    private void CopySource(string root, string project)
    {
        var from = Path.Combine(root, "src", project);
        foreach (var file in Directory.GetFiles(from, "*.cs", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(from, file);
            if (relative.Split(Path.DirectorySeparatorChar)[0] is "bin" or "obj")
                continue;
            var to = Path.Combine(_folder, "src", project, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        var friends = XDocument.Load(Path.Combine(from, $"{project}.csproj")).Descendants("InternalsVisibleTo").Select(friend => friend.Attribute("Include")!.Value);
        File.WriteAllText(Path.Combine(_folder, "src", project, $"{project}.csproj"), ProjectFile(project, friends));
    }

    /// <summary>The repository's compiler settings that change what code does; no analyzers, no packages.</summary>
    private static string ProjectFile(string project, IEnumerable<string> friends)
    {
        var text = new StringBuilder("""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <LangVersion>14</LangVersion>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <CheckForOverflowUnderflow>true</CheckForOverflowUnderflow>
                <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
                <DebugType>embedded</DebugType>
                <NuGetAudit>false</NuGetAudit>
                <RunAnalyzers>false</RunAnalyzers>
              </PropertyGroup>
              <ItemGroup>

            """);
        foreach (var assembly in Directory.GetFiles(AppContext.BaseDirectory, "MpcSigner.*.dll").Order(StringComparer.Ordinal))
        {
            if (!Projects.Contains(Path.GetFileNameWithoutExtension(assembly)) && !assembly.EndsWith(".Simulation.dll", StringComparison.Ordinal))
                text.AppendLine($"""    <Reference Include="{assembly}" Private="false" />""");
        }
        if (project != Changed)
            text.AppendLine($"""    <ProjectReference Include="../{Changed}/{Changed}.csproj" />""");
        foreach (var friend in friends)
            text.AppendLine($"""    <InternalsVisibleTo Include="{friend}" />""");
        return text.AppendLine("  </ItemGroup>").AppendLine("</Project>").ToString();
    }

    /// <exception cref="InvalidOperationException">The source has changed: the fault must be written anew.</exception>
    private void Replace(Replacement replacement)
    {
        var path = Path.Combine(_folder, replacement.File);
        var text = File.ReadAllText(path).ReplaceLineEndings("\n");
        var at = text.IndexOf(replacement.Old, StringComparison.Ordinal);
        if (at < 0 || text.IndexOf(replacement.Old, at + 1, StringComparison.Ordinal) >= 0)
            throw new InvalidOperationException($"{replacement.File} does not hold exactly once:\n{replacement.Old}");
        File.WriteAllText(path, text.Remove(at, replacement.Old.Length).Insert(at, replacement.New));
    }

    private void Build()
    {
        var project = Projects[^1];
        var output = Path.Combine(_folder, "built");
        var (code, text) = Dotnet(
        [
            "build", Path.Combine(_folder, "src", project, $"{project}.csproj"), "-c", "Release", "-o", output, "--nologo", "-v", "q",
            // No process is to outlive the build.
            "-nodeReuse:false", "-p:UseSharedCompilation=false",
        ]);
        if (code != 0)
            throw new InvalidOperationException($"the patched source does not build:\n{text}");
        Directory.CreateDirectory(Program);
        foreach (var file in Directory.GetFiles(AppContext.BaseDirectory))
            File.Copy(file, Path.Combine(Program, Path.GetFileName(file)));
        foreach (var name in Projects)
            File.Copy(Path.Combine(output, $"{name}.dll"), Path.Combine(Program, $"{name}.dll"), overwrite: true);
    }

    private (int ExitCode, string Output) Dotnet(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet does not start");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"dotnet {string.Join(' ', start.ArgumentList)} takes too long");
        }
        return (process.ExitCode, output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
