using System.Text.Json;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Hardening;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tls;
using MpcSigner.Node.Vault.Tokens;

namespace MpcSigner.Node.Commands;

/// <summary><c>doctor</c>: what would keep this node from starting, without starting it.</summary>
internal static class DoctorCommand
{
    private static readonly Dictionary<string, bool> Outputs = new(StringComparer.Ordinal) { ["table"] = false, ["json"] = true };

    public static async Task<ExitCode> RunAsync(string[] args, TimeProvider time, TextWriter output, TextWriter error)
    {
        var arguments = new Arguments(args);
        var config = arguments.Optional("--config");
        var json = arguments.Choice("--output", false, Outputs);
        if (!arguments.Finish(out var errors))
            return CommandLine.Refuse(error, errors);

        var native = NativeChecks.Run();
        // This process is not the node: it hardens itself to show that hardening works here.
        List<HardeningCheck> checks = [.. native, .. ProcessHardening.Run(apply: true), ClockCheck.Run(time)];
        var configured = config is null ? ExitCode.Success : await CheckConfigurationAsync(config, time, checks, error).ConfigureAwait(false);
        Print(checks, json, output);
        if (native.Any(c => c.Outcome is HardeningOutcome.Failed))
            return ExitCode.NativeLibrary;
        if (configured is not ExitCode.Success)
            return configured;
        return checks.Any(c => c.Outcome is HardeningOutcome.Failed) ? ExitCode.HardeningRefused : ExitCode.Success;
    }

    private static async Task<ExitCode> CheckConfigurationAsync(string config, TimeProvider time, List<HardeningCheck> checks, TextWriter prompt)
    {
        try
        {
            var options = NodeOptionsFile.Load(config);
            checks.Add(new("options", HardeningOutcome.Passed, config, ""));
            var documents = ClusterDocuments.Load(options);
            checks.Add(new("documents", HardeningOutcome.Passed, $"roster {documents.Roster.Hash}, policy {documents.Policy.Hash}", ""));
            var directory = new NodeDirectory(options.Directory);
            var file = VaultStart.Read(directory);
            using var tokens = new TokenShelf(ProbeVerb.Program, time);
            using var vault = await SealChecks.RunAsync(options, file, tokens, prompt, checks).ConfigureAwait(false);
            try
            {
                documents.RequirePolicy(documents.Roster);
                var self = vault is null
                    ? SelfCheck.FindEntry(documents.Roster, documents.Roster, options.Name, file.Nid)
                    : SelfCheck.Find(documents.Roster, documents.Roster, options.Name, vault);
                checks.Add(new("identity", HardeningOutcome.Passed, $"node {self.Name}, {self.Nid}", ""));
                using var tls = NodeTls.Load(options, self, time.GetUtcNow());
                checks.Add(new("tls", HardeningOutcome.Passed, $"pin {tls.Pin}, until {tls.Certificate.NotAfter.ToUniversalTime():u}", ""));
            }
            catch (StartRefusedException e) when (e.Code is ExitCode.PolicySignature or ExitCode.IdentityNotInRoster or ExitCode.TlsKeyNotPinned && File.Exists(directory.Store))
            {
                // A node goes by the newest roster in its database, which only one process may open.
                checks.Add(new("roster", HardeningOutcome.Advised, e.Message, "Keys that were rotated since are named by a newer roster in the database: a start judges by that one."));
            }
            return ExitCode.Success;
        }
        catch (StartRefusedException e)
        {
            checks.Add(new("configuration", HardeningOutcome.Failed, e.Message, ExitCodes.Explain(e.Code)));
            return e.Code;
        }
    }

    private static void Print(IReadOnlyList<HardeningCheck> checks, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(checks.Select(c => new Dictionary<string, string>
            {
                ["check"] = c.Name,
                ["outcome"] = c.Outcome.ToString().ToLowerInvariant(),
                ["finding"] = c.Finding,
                ["advice"] = c.Advice,
            })));
            return;
        }
        var width = checks.Max(c => c.Name.Length);
        foreach (var check in checks)
        {
            var mark = check.Outcome switch
            {
                HardeningOutcome.Passed => "ok    ",
                HardeningOutcome.Advised => "advice",
                HardeningOutcome.Failed => "FAILED",
            };
            output.WriteLine($"{mark}  {check.Name.PadRight(width)}  {check.Finding}{(check.Advice.Length == 0 ? "" : $" -> {check.Advice}")}");
        }
    }
}
