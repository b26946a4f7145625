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
using MpcSigner.Node.Vault.Tokens;

namespace MpcSigner.Node.Start;

/// <summary>Everything that has to be right before a node may open its store. Each step refuses with its own exit code.</summary>
internal sealed record PreparedNode(NodeOptions Options, ClusterDocuments Documents, NodeVault Vault, ILogger Logger) : IDisposable
{
    public NodeDirectory Directory { get; } = new(Options.Directory);

    /// <exception cref="StartRefusedException">The first step that refuses.</exception>
    /// <param name="tokens">Keeps the tokens that are taken into use, longer than the node lives.</param>
    public static async Task<PreparedNode> PrepareAsync(NodeOptions options, TokenShelf tokens, TextWriter prompt, TimeProvider time, ILogger logger)
    {
        CheckNativeLibraries();
        Harden(options.Hardening, logger);
        var directory = new NodeDirectory(options.Directory);
        var documents = ClusterDocuments.Load(options);
        var vault = await VaultStart.OpenAsync(directory, options, tokens, null, prompt).ConfigureAwait(false);
        var prepared = new PreparedNode(options, documents, vault, logger);
        try
        {
            // A store is bound to its cluster for ever: at the first start everything must fit before there is one.
            if (File.Exists(directory.StorePending))
                NodeTls.Load(options, SelfCheck.Find(documents.Roster, documents.Roster, options.Name, vault), time.GetUtcNow()).Dispose();
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    /// <summary>The identity in use may be the one that was to follow: a former process may have ended before the files said so.</summary>
    public void SettleIdentity() => VaultStart.Refusing(() =>
    {
        try
        {
            new IdentityFiles(Directory).Settle(Vault, SystemRandomSource.Instance);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            RosterLog.IdentityNotSettled(Logger, e.Message);
        }
        return true;
    });

    public void Dispose() => Vault.Dispose();

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
