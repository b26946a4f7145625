using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Cli.Output;
using MpcSigner.Protocols.Evidence;

namespace MpcSigner.Cli.Commands;

/// <summary><c>evidence verify</c>.</summary>
internal static class EvidenceVerify
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var file = new Argument<string>("FILE") { Description = "An evidence file" };
        var other = new Argument<string?>("FILE2") { Description = "Another node's file of the same session, to find who told two stories", Arity = ArgumentArity.ZeroOrOne };
        var roster = new Option<string>("--roster")
        {
            HelpName = "ROSTER", Required = true,
            Description = "A folder with the chain of rosters and administrator.pub, every version of which is then verified; or one roster, which is taken as it is",
        };
        var command = SharedOptions.Command("verify", """
            Judge evidence without asking any node: whether what a node signed proves that it cheated. Nothing in the file is
            believed but signatures by identity keys that the roster names. Exit code 0 only if somebody is convicted, 4 if not.
            """, "evidence verify evidence.bin --roster dev-cluster/administrator", "evidence verify of-node-1.bin of-node-2.bin --roster roster.v3.yaml");
        command.Arguments.Add(file);
        command.Arguments.Add(other);
        command.Options.Add(roster);
        bind(command)((parsed, report, _) =>
        {
            var rosters = EvidenceRosters.Load(parsed.GetValue(roster)!);
            var court = new EvidenceCourt(rosters.Identities);
            var first = EvidenceText.Read(parsed.GetValue(file)!);
            List<EvidenceVerdict> verdicts = [];
            if (parsed.GetValue(other) is not { } second)
            {
                verdicts.Add(court.Judge(first));
            }
            else
            {
                var shown = EvidenceText.Read(second);
                verdicts.AddRange(court.Compare(first, shown));
                // A file that names somebody stands or falls by itself.
                verdicts.AddRange(((EvidenceFile[])[first, shown]).Where(f => f.Culprit is not null).Select(court.Judge));
            }
            var convicts = verdicts.Any(v => v.Convicts);
            report.Result(new
            {
                Convicts = convicts,
                Verdicts = verdicts.Select(v => new
                {
                    v.Convicts, v.Finding, Fault = v.Kind.ToString(), Party = v.Culprit?.Value, Node = v.Node is { } nid ? rosters.Identities.NameOf(nid) : null, NodeId = v.Node?.ToString(),
                    IdentityKey = v.Identity is { } identity ? Convert.ToHexStringLower(identity.Key.Bytes) : null, KeyInUse = v.Identity?.IsPresent, v.Detail,
                }),
                Session = EvidenceText.Describe(first),
                Roster = new { rosters.Identities.Version, rosters.Hash, Verified = rosters.AreVerified },
            }, text =>
            {
                EvidenceText.PrintSession(text, first);
                text.WriteLine(rosters.Sentence);
                foreach (var verdict in verdicts)
                    EvidenceText.Print(text, verdict);
            });
            return Task.FromResult(convicts ? ExitCode.Ok : ExitCode.NotVerified);
        });
        return command;
    }
}
