using Xunit;

namespace MpcSigner.Architecture.Tests;

/// <summary>Who may reference whom. A project that is not in the table fails: adding one is a decision written here.</summary>
public class ReferenceTests
{
    private const string AspNet = "Microsoft.AspNetCore.App";

    /// <summary>Project → what it may reference of ours, which packages, which frameworks. Analyzers of the build are not packages of the product.</summary>
    private static readonly Dictionary<string, (string[] Ours, string[] Packages, string[] Frameworks)> Allowed = new()
    {
        ["Core"] = ([], [], []),
        ["Cryptography"] = (["Core"], [], []),
        ["Cryptography.Secrets"] = (["Core", "Cryptography"], [], []),
        ["Protocols"] = (["Core", "Cryptography", "Cryptography.Secrets"], [], []),
        ["Chains"] = (["Core", "Cryptography"], [], []),
        ["Policy"] = (["Core"], [], []),
        ["Coordination"] = (["Core", "Cryptography", "Cryptography.Secrets", "Protocols", "Policy", "Chains"], [], []),
        ["Verification"] = (["Core", "Cryptography", "Chains"], [], []),
        ["Rpc"] = ([], [], []),
        ["Rpc.Server"] = (["Rpc"], [], [AspNet]),
        ["Wire"] = (["Core", "Rpc"], ["Google.Protobuf", "Grpc.Tools"], []),
        // Signed YAML documents (roster, policy, node options): read alike by node, client and command line.
        // Addresses and assets in policies are read as their chains write them.
        ["Documents"] = (["Core", "Policy", "Chains"], ["YamlDotNet"], []),
        ["Pkcs11"] = (["Core"], [], []),
        ["Storage"] = (["Core"], ["Microsoft.Data.Sqlite.Core", "SQLitePCLRaw.provider.e_sqlite3"], []),
        ["Node"] = (["Core", "Cryptography", "Cryptography.Secrets", "Protocols", "Chains", "Policy", "Documents", "Coordination", "Verification",
            "Wire", "Rpc", "Rpc.Server", "Storage", "Pkcs11"], [], [AspNet]),
        ["Client"] = (["Core", "Cryptography", "Cryptography.Secrets", "Verification", "Documents", "Wire", "Rpc"], [], []),
        // Clients' and administrators' keys in tokens: the client library knows none of it, it asks an IRequestSigner.
        // The court that judges evidence stands with the protocols whose messages it judges.
        ["Cli"] = (["Core", "Client", "Protocols", "Verification", "Documents", "Policy", "Chains", "Pkcs11"], ["System.CommandLine", "Spectre.Console"], []),
    };

    /// <summary>End of life, commercial, or with advisories: never in the product.</summary>
    private static readonly string[] ForbiddenPackages = ["Portable.BouncyCastle", "MassTransit", "SQLitePCLRaw.bundle_e_sqlite3", "SQLitePCLRaw.lib.e_sqlite3"];

    [Fact]
    public void Every_project_of_src_references_only_what_the_table_allows()
    {
        var projects = Repository.Projects("src");
        Assert.True(projects.Count >= Allowed.Count, $"{projects.Count} projects found: the tree was not read");
        List<string> wrong = [];
        foreach (var project in projects)
        {
            if (!Allowed.TryGetValue(project.Name, out var allowed))
            {
                wrong.Add($"{project.Name}: not in the table");
                continue;
            }
            wrong.AddRange(project.References.Except(allowed.Ours).Select(r => $"{project.Name} → {r}"));
            wrong.AddRange(project.Packages.Except(allowed.Packages).Select(r => $"{project.Name} → package {r}"));
            wrong.AddRange(project.Frameworks.Except(allowed.Frameworks).Select(r => $"{project.Name} → framework {r}"));
        }
        Findings.None(wrong);
    }

    [Fact]
    public void The_only_package_that_every_source_project_shares_is_the_analyzer()
    {
        var targets = File.ReadAllText(Repository.PathOf("Directory.Build.targets"));
        var props = File.ReadAllText(Repository.PathOf("Directory.Build.props"));
        var shared = Sources.Matches(targets + props, "PackageReference Include=\"([^\"]+)\"");
        Assert.Equal(["Microsoft.CodeAnalysis.BannedApiAnalyzers"], shared);
    }

    [Fact]
    public void No_lock_file_of_src_resolves_a_forbidden_package()
    {
        var locks = Repository.Files("src", "packages.lock.json").ToList();
        Assert.True(locks.Count >= Allowed.Count);
        Findings.None(from path in locks
                     from package in ForbiddenPackages
                     where File.ReadAllText(path).Contains($"\"{package}\"", StringComparison.OrdinalIgnoreCase)
                     select $"{Repository.Relative(path)}: {package}");
    }

    [Fact]
    public void The_pure_ring_is_built_with_the_pure_ban_list()
    {
        var targets = File.ReadAllText(Repository.PathOf("Directory.Build.targets"));
        string[] pure = ["Core", "Cryptography", "Protocols", "Chains", "Policy", "Coordination", "Verification"];
        Findings.None(pure.Where(p => !targets.Contains($"'MpcSigner.{p}'", StringComparison.Ordinal)));
        Assert.Contains("BannedSymbols.Pure.txt\" Condition=\"'$(PureProject)' == 'true'\"", targets, StringComparison.Ordinal);
    }

    /// <summary>Project references flow on to their users: what the compiler would let pass, the source may still not name.</summary>
    [Fact]
    public void Secrets_are_named_only_where_the_table_shows_them()
    {
        string[] mayName = ["Cryptography.Secrets", "Protocols", "Coordination", "Node"];
        var wrong = from path in Repository.Files("src", ".cs")
                    let relative = Repository.Relative(path)
                    let project = relative.Split('/')[1]["MpcSigner.".Length..]
                    where !mayName.Contains(project)
                    where !relative.StartsWith("src/MpcSigner.Client/RequestSigners/", StringComparison.Ordinal)
                    where Sources.CodeOf(path).Contains("MpcSigner.Cryptography.Secrets", StringComparison.Ordinal)
                    where !relative.EndsWith("/AssemblyInfo.cs", StringComparison.Ordinal)
                    select relative;
        Findings.None(wrong);
    }

    /// <summary>The command line judges evidence; it takes part in no protocol.</summary>
    [Fact]
    public void The_command_line_names_of_the_protocols_only_what_judges_evidence()
    {
        string[] mayName = ["MpcSigner.Protocols.Evidence;", "MpcSigner.Protocols.Faults;", "MpcSigner.Protocols.Sessions;"];
        var named = (from path in Repository.Files("src/MpcSigner.Cli", ".cs")
                     from line in Sources.CodeOf(path).Split('\n')
                     where line.Contains("MpcSigner.Protocols", StringComparison.Ordinal)
                     select (Path: Repository.Relative(path), Line: line.Trim())).ToList();
        Assert.NotEmpty(named);
        Findings.None(named.Where(one => mayName.All(name => one.Line != $"using {name}")).Select(one => $"{one.Path}: {one.Line}"));
    }

    [Fact]
    public void The_command_line_opens_no_store_and_speaks_no_wire_itself()
    {
        var wrong = from path in Repository.Files("src/MpcSigner.Cli", ".cs")
                    from name in (string[])["MpcSigner.Storage", "MpcSigner.Node;", "MpcSigner.Wire", "MpcSigner.Rpc", "Google.Protobuf", "Grpc.Core"]
                    where Sources.CodeOf(path).Contains(name, StringComparison.Ordinal)
                    select $"{Repository.Relative(path)}: {name}";
        Findings.None(wrong);
    }
}
