using Microsoft.Extensions.Logging;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Hardening;
using MpcSigner.Node.Log;
using MpcSigner.Node.Options;
using MpcSigner.Node.Tls;
using MpcSigner.Node.Vault;

namespace MpcSigner.Node.Start;

/// <summary>Everything that has to be right before a node's secrets are opened. Each step refuses with its own exit code.</summary>
internal sealed record PreparedNode(NodeOptions Options, ClusterDocuments Documents, ILogger Logger)
{
    public NodeDirectory Directory { get; } = new(Options.Directory);

    /// <exception cref="StartRefusedException">The first step that refuses.</exception>
    public static PreparedNode Prepare(NodeOptions options, ILogger logger)
    {
        CheckNativeLibraries();
        Harden(options.Hardening, logger);
        return new(options, ClusterDocuments.Load(options), logger);
    }

    /// <summary>A store is bound to its cluster for ever: at the first start everything must fit before there is one.</summary>
    /// <exception cref="StartRefusedException">It does not.</exception>
    public void RequireFitBeforeStore(NodeVault vault, DateTimeOffset now)
    {
        if (File.Exists(Directory.StorePending))
            NodeTls.Load(Options, SelfCheck.Find(Documents.Roster, Documents.Roster, Options.Name, vault), now).Dispose();
    }

    /// <summary>The identity in use may be the one that was to follow: a former process may have ended before the files said so.</summary>
    public void SettleIdentity(NodeVault vault, IRandomSource random) => VaultStart.Refusing(() =>
    {
        try
        {
            new IdentityFiles(Directory).Settle(vault, random);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            RosterLog.IdentityNotSettled(Logger, e.Message);
        }
        return true;
    });

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
