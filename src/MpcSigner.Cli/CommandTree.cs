using System.CommandLine;
using MpcSigner.Cli.Commands;
using MpcSigner.Cli.Output;
using MpcSigner.Client;

namespace MpcSigner.Cli;

/// <summary>The verbs, and the one place where a failure becomes text and an exit code.</summary>
internal static class CommandTree
{
    private const string Description = """
        mpcsigner: keys that no machine holds, and signatures that several nodes make together.

        A first tour:
          mpcsigner cluster init --dir dev-cluster        a development cluster of three nodes
          mpcsigner cluster start --dir dev-cluster
          mpcsigner key create --threshold 2 --nodes 3    any two of three nodes sign
          mpcsigner sign --key ID --solana-transfer config/solana-transfer.json
          mpcsigner cluster stop

        Results go to standard output, everything else to standard error. With --output json
        standard output holds exactly one JSON document, also for a failure.


        """ + ExitCodes.Help;

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        var format = new Option<string>("--output") { Description = "text or json", Recursive = true, DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var root = new RootCommand(Description) { format };
        // A verb gets its report when it runs: the format is not known before.
        Runner Bind(Command command) => body => command.SetAction((parsed, token) => GuardAsync(new Report(parsed.GetValue(format) == "json", output, error), r => body(parsed, r, token)));

        var cluster = new Command("cluster", "Make, start, watch and stop a development cluster on this machine.");
        var node = new Command("node", "Run or check one node's program.");
        var key = new Command("key", "Make and list keys; renew their shares, hand them to other nodes, destroy them.");
        var job = new Command("job", "Bulk operations on keys: list, watch, cancel, sign and submit.");
        var attempt = new Command("attempt", "Refreshes, reshares and recoveries that are stuck: see where, and end them.");
        var roster = new Command("roster", "Versions of the roster: show, compare, sign, apply, list.");
        var policy = new Command("policy", "Sign policies.");
        var cert = new Command("cert", "TLS keys of nodes.");
        var token = new Command("token", "Keys of clients and administrators in PKCS#11 tokens.");
        var bench = new Command("bench", "Measure a running cluster.");
        foreach (var verb in (Command[])[cluster, node, key, job, attempt, roster, policy, cert, token, bench])
            root.Subcommands.Add(verb);
        foreach (var (parent, make) in ((Command, Func<Func<Command, Runner>, Command>)[])
            [(cluster, ClusterInit.Create), (cluster, ClusterStart.Create), (cluster, ClusterStop.Create), (cluster, ClusterStatus.Create), (cluster, ClusterAddNode.Create),
             (node, NodeRun.Create), (key, KeyCreate.Create), (key, KeyList.Create), (key, KeyShow.Create), (key, KeyXpub.Create),
             (key, KeyState.Create), (key, KeyRefresh.Create), (key, KeyReshare.Create), (key, KeyDestroy.Create), (key, KeyDestroyCancel.Create), (key, KeyDestructions.Create),
             (node, NodeRecover.Create), (node, NodeAdd.Create), (node, NodeReplace.Create), (node, NodeRetire.Create), (node, NodeRotateIdentity.Create), (cert, CertRenew.Create),
             (job, JobList.Create), (job, JobShow.Create), (job, JobWatch.Create), (job, JobCancel.Create), (job, JobSign.Create), (job, JobSubmit.Create), (job, JobExport.Create),
             (attempt, AttemptList.Create), (attempt, AttemptAbandon.Create), (attempt, AttemptRollback.Create), (attempt, AttemptEraseOld.Create), (bench, BenchSign.Create),
             (roster, RosterShow.Create), (roster, RosterDiff.Create), (roster, RosterSign.Create), (roster, RosterApply.Create), (roster, RosterVersions.Create), (policy, PolicySign.Create),
             (token, TokenInit.Create), (token, TokenNewKey.Create), (token, TokenNewKey.CreateShow),
             (root, Address.Create), (root, Sign.Create), (root, Doctor.Create)])
            parent.Subcommands.Add(make(Bind));

        // An argument that begins with @ is what it says, and never a file of more arguments.
        var parsed = root.Parse(args, new() { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            var json = args.SkipWhile(a => a != "--output").Skip(1).FirstOrDefault() == "json" || args.Contains("--output=json");
            return (int)new Report(json, output, error).Failure(ExitCode.Usage, "USAGE", string.Join(" ", parsed.Errors.Select(e => e.Message)),
                $"mpcsigner {string.Join(' ', args.TakeWhile(a => !a.StartsWith('-')))} --help explains the options.".Replace("  ", " ", StringComparison.Ordinal), []);
        }
        return await parsed.InvokeAsync(new() { Output = output, Error = error, EnableDefaultExceptionHandler = false }, cancellation).ConfigureAwait(false);
    }

    private static async Task<int> GuardAsync(Report report, Func<Report, Task<ExitCode>> body)
    {
        try
        {
            return (int)await body(report).ConfigureAwait(false);
        }
        catch (MpcSignerException e)
        {
            return (int)report.Failure(e);
        }
        catch (CliException e)
        {
            return (int)report.Failure(e);
        }
        catch (OperationCanceledException)
        {
            return (int)report.Failure(ExitCode.Unavailable, "CANCELLED", "Interrupted.", "Run the command again; a request with the same idempotency key and issue time stays one request.", []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (int)report.Failure(ExitCode.Usage, "FILE", e.Message, "Check the path and its permissions.", []);
        }
        catch (Exception e)
        {
            // Scripts go by the exit code and JSON here too. No exception carries a secret, so the trace may be shown.
            return (int)report.Failure(ExitCode.Internal, "INTERNAL", $"mpcsigner has a defect: {e}", "Report it with these lines and the command (SECURITY.md). What the nodes did meanwhile stands: look before you repeat it.", []);
        }
    }
}

/// <summary>Sets what a verb does.</summary>
internal delegate void Runner(Func<ParseResult, Report, CancellationToken, Task<ExitCode>> body);
