using System.CommandLine;
using MpcSigner.Cli.Clusters;

namespace MpcSigner.Cli.Commands;

/// <summary><c>cluster init</c>.</summary>
internal static class ClusterInit
{
    private const int MaxPolicyBytes = 4 << 20;

    public static Command Create(Func<Command, Runner> bind)
    {
        var dir = SharedOptions.Dir();
        var nodes = new Option<int>("--nodes") { HelpName = "N", Description = "How many nodes, 2 to 16", DefaultValueFactory = _ => 3 };
        var name = new Option<string>("--name") { HelpName = "NAME", Description = "The cluster's name: 1..32 characters of a-z, 0-9 and -", DefaultValueFactory = _ => "development" };
        var policy = new Option<string?>("--policy") { HelpName = "FILE", Description = "A policy file (config/policy.example.yaml explains it); a small one for development if not given" };
        var hardening = new Option<string>("--hardening") { Description = "What nodes do when a hardening check fails: require, warn or off", DefaultValueFactory = _ => "warn" };
        hardening.AcceptOnlyFromAmong("require", "warn", "off");
        var hsm = new Option<bool>("--hsm") { Description = "Keep each node's sealing and identity keys in a token of SoftHSM2 of its own, which is made here" };
        var reset = new Option<bool>("--reset") { Description = "Delete the cluster that is there, with all its keys, and begin anew" };
        var administrators = new Option<int>("--administrators") { HelpName = "M", Description = "How many administrators, 1 to 16", DefaultValueFactory = _ => 1 };
        var quorum = new Option<int>("--quorum") { HelpName = "K", Description = "How many of them must sign rosters and orders, 1 to M", DefaultValueFactory = _ => 1 };
        nodes.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 2 or > 16)
                r.AddError("--nodes must be 2 to 16.");
        });
        var command = SharedOptions.Command("init", """
            Make a development cluster in one folder: certificate authority, nodes with their identities, sealed stores and
            TLS certificates, a client credential, administrators with theirs, and a signed roster and policy. Never overwrites.
            """, "cluster init", "cluster init --administrators 3 --quorum 2", "cluster init --dir /tmp/my-cluster --nodes 5", "cluster init --hsm", "cluster init --reset");
        foreach (var option in (Option[])[dir, nodes, name, policy, hardening, administrators, quorum, hsm, reset])
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            var (m, k) = (result.GetResult(administrators)?.GetValueOrDefault<int>() ?? 1, result.GetResult(quorum)?.GetValueOrDefault<int>() ?? 1);
            if (m is < 1 or > ClusterFolder.MaxAdministrators)
                result.AddError($"--administrators must be 1 to {ClusterFolder.MaxAdministrators}.");
            else if (k < 1 || k > m)
                result.AddError($"--quorum must be 1 to {m}, the number of administrators.");
        });
        bind(command)(async (parsed, report, cancellation) =>
        {
            var policyBytes = ReadPolicy(parsed.GetValue(policy));
            var program = NodeProgram.Find();
            if (parsed.GetValue(hsm))
                _ = SoftToken.FindModule(); // before anything is made or reset
            var folder = ClusterFolder.Prepare(parsed.GetValue(dir)!, parsed.GetValue(reset));
            var roster = await new ClusterMaker(folder, program, TimeProvider.System, report.Progress)
                .MakeAsync(parsed.GetValue(name)!, parsed.GetValue(nodes), policyBytes, parsed.GetValue(hardening)!, parsed.GetValue(hsm), (parsed.GetValue(administrators), parsed.GetValue(quorum)), cancellation).ConfigureAwait(false);
            report.Result(
                new { Directory = folder.Root, ClusterId = roster.Cluster.ToString(), Nodes = roster.Nodes.Select(n => new { n.Name, Id = n.Nid.ToString(), n.Address }), folder.Client, folder.Administrators },
                text => text.WriteLine($"Cluster {roster.Cluster} with {roster.Nodes.Count} nodes is in {folder.Root}.\nStart it: mpcsigner cluster start --dir {parsed.GetValue(dir)}"));
            return ExitCode.Ok;
        });
        return command;
    }

    private static byte[] ReadPolicy(string? path)
    {
        if (path is not null)
        {
            return new FileInfo(path) is { Exists: true, Length: > MaxPolicyBytes }
                ? throw CliException.Usage($"{path} is larger than {MaxPolicyBytes} bytes.", "Check that it is a policy.")
                : File.ReadAllBytes(path);
        }
        using var stream = typeof(ClusterInit).Assembly.GetManifestResourceStream("policy.yaml") ?? throw new InvalidOperationException("the development policy was not built in");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
