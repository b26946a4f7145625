using System.CommandLine;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>attempt abandon</c>.</summary>
internal static class AttemptAbandon
{
    public static Command Create(Func<Command, Runner> bind) => AttemptEnd.Create(bind, "abandon", AttemptEnding.Abandon, """
            A node that holds no certificate of the attempt signs ABORT and never activates it; one that holds it keeps it
            and shows it to the others.
            """);
}
