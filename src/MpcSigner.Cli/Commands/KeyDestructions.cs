using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>key destructions</c>.</summary>
internal static class KeyDestructions
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var command = SharedOptions.Command("destructions", """
            Destructions that were ordered, with each node's attestation, verified here. Says which removed nodes and which
            backups may still hold shares.
            """, "key destructions", "key destructions --output json");
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            var found = await open.Value.ListDestructionsAsync(cancellation).ConfigureAwait(false);
            report.Result(new { Destructions = found.Select(Describe) }, text =>
            {
                foreach (var destruction in found)
                    Print(text, destruction);
                if (found.Count == 0)
                    text.WriteLine("No destruction was ordered.");
            });
            return ExitCode.Ok;
        });
        return command;
    }

    private static object Describe(DestructionStatus found) => new { found.Order, found.Keys, found.NotBefore, found.Complete, found.Nodes, found.Remains };

    private static void Print(TextWriter text, DestructionStatus found)
    {
        text.WriteLine($"order     {found.Order}");
        text.WriteLine($"keys      {found.Keys.Count}, from {found.NotBefore:u} on");
        foreach (var node in found.Nodes)
            text.WriteLine($"  {node.Node,-16} {node.State}{(node.Attested ? ", attested" : "")}");
        text.WriteLine(found switch
        {
            { Complete: true } => "complete: every node that holds shares has attested that they are gone",
            _ when found.Nodes.All(n => n.State == "cancelled") => "called off: nothing is erased",
            _ => "not complete",
        });
        foreach (var place in found.Remains)
            text.WriteLine($"  {place.Place}: {place.Detail}");
    }
}
