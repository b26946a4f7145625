using System.CommandLine;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>attempt rollback</c>.</summary>
internal static class AttemptRollback
{
    public static Command Create(Func<Command, Runner> bind) => AttemptEnd.Create(bind, "rollback", AttemptEnding.RollBack, """
            A node that has activated the attempt goes back to its sealed old shares and signs ABORT. Possible until they are
            erased. Tell all nodes: a key signs with old or with new shares, never with a mixture.
            """);
}
