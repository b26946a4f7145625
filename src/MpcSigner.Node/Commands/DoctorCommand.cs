using System.Text.Json;
using MpcSigner.Core.Rosters;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Hardening;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tls;
using MpcSigner.Node.Vault;
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
            var (roster, isRunning) = vault is null ? (documents.Roster, File.Exists(directory.Store)) : InForce(directory, documents, vault);
            try
            {
                documents.RequirePolicy(roster);
                var self = vault is null
                    ? SelfCheck.FindEntry(roster, documents.Roster, options.Name, file.Nid)
                    : SelfCheck.Find(roster, documents.Roster, options.Name, vault);
                checks.Add(new("identity", HardeningOutcome.Passed, $"node {self.Name}, {self.Nid}, named by roster version {roster.Version}", ""));
                using var tls = NodeTls.Load(options, self, time.GetUtcNow());
                checks.Add(new("tls", HardeningOutcome.Passed, $"pin {tls.Pin}, until {tls.Certificate.NotAfter.ToUniversalTime():u}", ""));
            }
            catch (StartRefusedException e) when (isRunning && e.Code is (ExitCode.PolicySignature or ExitCode.IdentityNotInRoster or ExitCode.TlsKeyNotPinned))
            {
                checks.Add(new("roster", HardeningOutcome.Advised, e.Message,
                    "A node goes by the newest roster in its database, which only one process may open, and none while its seal is closed. Stop the node, open its seal, and run this again to judge by that one."));
            }
            return ExitCode.Success;
        }
        catch (StartRefusedException e)
        {
            checks.Add(new("configuration", HardeningOutcome.Failed, e.Message, ExitCodes.Explain(e.Code)));
            return e.Code;
        }
    }

    /// <summary>As a start would find it: a node goes by the newest roster in its database, where keys that were rotated are named.</summary>
    private static (Roster Roster, bool IsRunning) InForce(NodeDirectory directory, ClusterDocuments documents, NodeVault vault)
    {
        if (!File.Exists(directory.Store))
            return (documents.Roster, false);
        try
        {
            return (StartedNode.InForce(documents.Roster, StoreStart.ReadRoster(directory, documents.Roster.Cluster, vault), new RosterReader()), false);
        }
        catch (StartRefusedException e) when (e.Code is ExitCode.StoreInUse)
        {
            return (documents.Roster, true);
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
