using Microsoft.Extensions.Logging;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Hardening;
using MpcSigner.Node.Log;
using MpcSigner.Node.Options;
using MpcSigner.Node.Tls;
using MpcSigner.Node.Vault;

namespace MpcSigner.Node.Start;

/// <summary>Everything that had to be right before the node may open its store and listen. Each step refuses with its own exit code.</summary>
internal sealed record StartedNode(NodeOptions Options, ClusterDocuments Documents, RosterNode Self, NodeTls Tls, NodeVault Vault) : IDisposable
{
    /// <exception cref="StartRefusedException">The first step that refuses.</exception>
    public static async Task<StartedNode> PrepareAsync(NodeOptions options, TextWriter prompt, TimeProvider time, ILogger logger)
    {
        CheckNativeLibraries();
        Harden(options.Hardening, logger);
        var directory = new NodeDirectory(options.Directory);
        var documents = ClusterDocuments.Load(options);
        documents.RequirePolicy(documents.Roster);
        var vault = await VaultStart.OpenAsync(directory, options.Passphrase, prompt).ConfigureAwait(false);
        try
        {
            var self = SelfCheck.Find(documents.Roster, options.Name, vault.Identity.PublicKey);
            return new(options, documents, self, NodeTls.Load(options, self, time.GetUtcNow()), vault);
        }
        catch
        {
            vault.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Vault.Dispose();
        Tls.Dispose();
    }

    private static void Harden(HardeningPolicy policy, ILogger logger)
    {
        if (policy is HardeningPolicy.Off)
        {
            StartLog.HardeningOff(logger);
            return;
        }
        var checks = ProcessHardening.Run(apply: true);
        SecureSlabs.Shared.RequireLocked = policy is HardeningPolicy.Require;
        foreach (var check in checks.Where(c => c.Outcome is not HardeningOutcome.Passed))
            StartLog.HardeningAdvice(logger, check.Name, check.Finding, check.Advice);
        var failed = checks.Where(c => c.Outcome is HardeningOutcome.Failed).ToList();
        if (failed.Count > 0 && policy is HardeningPolicy.Require)
        {
            throw new StartRefusedException(ExitCode.HardeningRefused,
                $"Hardening is required, and {failed.Count} check(s) failed:{string.Concat(failed.Select(c => $"\n  {c.Name}: {c.Finding}; {c.Advice}"))}\n",
                "Correct them, or set 'hardening: warn' if you accept the risk.");
        }
    }

    private static void CheckNativeLibraries()
    {
        var failed = NativeChecks.Run().Where(c => c.Outcome is HardeningOutcome.Failed).ToList();
        if (failed.Count > 0)
        {
            throw new StartRefusedException(ExitCode.NativeLibrary,
                $"Native libraries cannot be used:{string.Concat(failed.Select(c => $"\n  {c.Name}: {c.Finding}"))}\n", "Install or repair them.");
        }
    }
}
