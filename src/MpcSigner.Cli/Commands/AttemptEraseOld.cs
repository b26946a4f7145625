using System.CommandLine;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>attempt erase-old</c>.</summary>
internal static class AttemptEraseOld
{
    public static Command Create(Func<Command, Runner> bind) => AttemptEnd.Create(bind, "erase-old", AttemptEnding.EraseOld, """
            The old shares at a node are erased although not every party has said DONE. There is no way back afterwards.
            """);
}
