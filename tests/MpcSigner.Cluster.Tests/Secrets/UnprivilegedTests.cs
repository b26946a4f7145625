using System.Diagnostics;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Node.Commands;
using Xunit;

namespace MpcSigner.Cluster.Tests.Secrets;

/// <summary>A node of an ordinary user that may lock little memory: it says so, and refuses or warns as configured.</summary>
public class UnprivilegedTests
{
    /// <summary>Kilobytes, as ulimit counts: less than the first slab of secrets.</summary>
    private const int Small = 64;

    /// <summary>What Debian gives an ordinary user.</summary>
    private const int Ordinary = 8_192;

    [Fact]
    public async Task Says_that_it_cannot_lock_and_refuses_or_warns_as_configured()
    {
        await using var cluster = await TestCluster.CreateAsync(nodes: 2);
        var node = cluster["a"];
        var user = User();
        GiveTo(cluster.Folder, user);

        cluster.WriteOptions(node, "require");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(node, Small, user));
        Assert.Contains($"exit code {(int)ExitCode.HardeningRefused}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("locked-memory", refused.Message, StringComparison.Ordinal);
        Assert.Contains("LimitMEMLOCK", refused.Message, StringComparison.Ordinal);

        cluster.WriteOptions(node, "warn");
        await StartAsync(node, Small, user);
        Assert.Contains("hardening: locked-memory", node.Log, StringComparison.Ordinal);
        if (user is not null)
            Assert.Contains($"Uid:\t{user}\t", await File.ReadAllTextAsync($"/proc/{node.ProcessId}/status"), StringComparison.Ordinal);
        await node.KillAsync();

        cluster.WriteOptions(node, "off");
        await StartAsync(node, Small, user);
        Assert.Contains("HARDENING IS OFF", node.Log, StringComparison.Ordinal);
        await node.KillAsync();

        // With what such a user has anyway, a node that requires hardening starts, and nothing is warned of but what only advises.
        cluster.WriteOptions(node, "require");
        await StartAsync(node, Ordinary, user);
        var locked = ProcessMemory.Regions(node.ProcessId);
        Assert.Contains(locked, r => r.IsLocked);
        Assert.Equal("0", (await File.ReadAllTextAsync($"/proc/{node.ProcessId}/limits")).Split('\n').First(l => l.StartsWith("Max core file size", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[4]);
    }

    /// <summary>Debian's nobody, where the test may become it; null: the test runs as an ordinary user already.</summary>
    private static string? User() => Environment.UserName == "root" ? "65534" : null;

    private static void GiveTo(string folder, string? user)
    {
        if (user is null)
            return;
        using var chown = Process.Start("chown", ["-R", $"{user}:{user}", folder]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }

    /// <summary>As that user, with no capability and that limit; the program is copied where the user can read it.</summary>
    private static Task StartAsync(TestNode node, int kilobytes, string? user) => node.StartAsync(info =>
    {
        var program = user is null ? info.ArgumentList[0] : Copied(info.ArgumentList[0], Path.GetDirectoryName(node.Directory)!);
        var become = user is null ? "" : $"setpriv --reuid {user} --regid {user} --clear-groups --no-new-privs ";
        List<string> own = [.. info.ArgumentList.Skip(1)];
        info.ArgumentList.Clear();
        info.ArgumentList.Add("-c");
        info.ArgumentList.Add($"ulimit -l {kilobytes}; exec {become}\"$0\" \"$@\"");
        info.ArgumentList.Add(Runtime());
        info.ArgumentList.Add(program);
        own.ForEach(info.ArgumentList.Add);
        info.FileName = "/bin/bash";
    });

    /// <summary>The running test's own runtime host: nobody's PATH may have another.</summary>
    private static string Runtime() => Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path
        : Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    private static string Copied(string program, string folder)
    {
        var copy = Path.Combine(folder, "program");
        if (!Directory.Exists(copy))
        {
            Directory.CreateDirectory(copy);
            foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(program)!))
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }
        return Path.Combine(copy, Path.GetFileName(program));
    }
}
