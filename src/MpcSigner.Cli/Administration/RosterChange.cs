using System.Diagnostics;
using MpcSigner.Cli.Output;
using MpcSigner.Client;

namespace MpcSigner.Cli.Administration;

/// <summary>One step of the roster's chain: made and signed, given to a node, put into the folders that hold the chain, and waited for until it is in force.</summary>
/// <param name="folders">Administrators' folders, and whatever else holds the chain.</param>
internal sealed class RosterChange(IReadOnlyList<string> folders, Report report)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task ApplyAsync(MpcSignerAdministrator administrator, RosterEdit edit, CancellationToken cancellation)
    {
        var shown = await administrator.GetRostersAsync(cancellation).ConfigureAwait(false);
        if (shown.FirstOrDefault(s => s.Version > administrator.RosterVersion) is { } ahead)
        {
            throw CliException.Usage($"Node {ahead.Node} holds roster version {ahead.Version}; this folder holds version {administrator.RosterVersion}.",
                $"Bring the folder up to date first: mpcsigner roster history --from {ahead.Node} --save; then run the command again.");
        }
        var next = await administrator.MakeRosterAsync(edit, cancellation).ConfigureAwait(false);
        report.Progress($"roster version {next.Version}: {edit.Title}");
        await GiveAsync(administrator, next, cancellation).ConfigureAwait(false);
        foreach (var folder in folders)
            ClientFolder.AddRoster(folder, next);
        await WaitAsync(administrator, next, cancellation).ConfigureAwait(false);
    }

    /// <summary>To the first node that takes it; the others hear of it from there.</summary>
    private static async Task GiveAsync(MpcSignerAdministrator administrator, SignedRoster next, CancellationToken cancellation)
    {
        MpcSignerException? last = null;
        foreach (var node in administrator.Nodes)
        {
            try
            {
                await administrator.ApplyRosterAsync(node.Name, next.Roster, [next.Signatures], cancellation).ConfigureAwait(false);
                return;
            }
            catch (MpcSignerException e) when (e.IsRetryable)
            {
                last = e;
            }
        }
        throw last!;
    }

    private async Task WaitAsync(MpcSignerAdministrator administrator, SignedRoster next, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var shown = await administrator.GetRostersAsync(cancellation).ConfigureAwait(false);
            var have = shown.Count(s => s.Version >= next.Version);
            var needed = Math.Max(1, shown.Count - 1);
            if (have >= needed)
            {
                report.Progress($"  IN FORCE: {have} of {shown.Count} nodes hold version {next.Version}");
                return;
            }
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new CliException(ExitCode.Unavailable, "PARTIAL", $"Roster version {next.Version} is PARTIAL: {have} of {shown.Count} nodes hold it, {needed} must.",
                    $"Start the nodes that do not ({string.Join(", ", shown.Where(s => !(s.Version >= next.Version)).Select(s => s.Node))}); they fetch it from the others. Then run the command again.");
            }
            await Task.Delay(Poll, cancellation).ConfigureAwait(false);
        }
    }
}
