using System.CommandLine;
using MpcSigner.Cli.Administration;

namespace MpcSigner.Cli.Commands;

/// <summary><c>key reshare</c>.</summary>
internal static class KeyReshare
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var (administrators, keys, run) = (new AdministratorOptions(), new KeyOptions("All keys of the cluster"), new OrderRun());
        var threshold = new Option<int>("--threshold") { HelpName = "T", Description = "How many nodes sign together afterwards: 2 to the number of nodes", Required = true };
        var nodes = new Option<string>("--nodes") { HelpName = "A,B,…", Description = "The nodes that hold shares afterwards, 2 to 16 names", Required = true };
        var dealers = new Option<string?>("--dealers") { HelpName = "A,B,…", Description = "The present holders that deal, as many as sign together now; chosen if not given" };
        var lower = new Option<bool>("--lower-threshold") { Description = "Say that fewer nodes than now shall be enough to sign" };
        var command = SharedOptions.Command("reshare", """
            Hand keys to other nodes, or to another number of them: same keys, same addresses. As many present holders as sign
            together deal; all new ones must run. Afterwards nodes that are no longer named hold nothing that is of use.
            """, "key reshare --key ID --threshold 3 --nodes node-1,node-2,node-3,node-4,node-5 --wait", "key reshare --all --threshold 2 --nodes node-1,node-2,node-4");
        keys.AddTo(command);
        foreach (var option in (Option[])[threshold, nodes, dealers, lower])
            command.Options.Add(option);
        run.AddTo(command);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            var file = await open.Value.ComposeReshareAsync(keys.Read(parsed), new()
            {
                Threshold = parsed.GetValue(threshold),
                Nodes = SharedOptions.Names(parsed.GetValue(nodes)),
                Dealers = SharedOptions.Names(parsed.GetValue(dealers)),
                MayLowerThreshold = parsed.GetValue(lower),
            }, run.Via(parsed), cancellation).ConfigureAwait(false);
            return await run.RunAsync(parsed, report, open.Value, file, cancellation).ConfigureAwait(false);
        });
        return command;
    }
}
