using MpcSigner.Fuzz.Commands;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace MpcSigner.Fuzz;

/// <summary>The test program, and the long commands: run, replay and doors.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => args switch
    {
        [RunCommand.Verb, .. var rest] => Task.FromResult(RunCommand.Run(rest)),
        [RunCommand.WorkerVerb, .. var rest] => Task.FromResult(RunCommand.RunWorker(rest)),
        [ReplayCommand.Verb, .. var rest] => Task.FromResult(ReplayCommand.Run(rest)),
        [DoorsCommand.Verb] => Task.FromResult(DoorsCommand.Run()),
        _ when args.Contains("-automated") || args.Contains("@@") => ConsoleRunner.Run(args),
        _ => TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
    };
}
