using MpcSigner.Simulation.Commands;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace MpcSigner.Simulation;

/// <summary>The test program, and the long commands: run, replay, lies and faults.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => args switch
    {
        [RunCommand.Verb, .. var rest] => Task.FromResult(RunCommand.Run(rest)),
        [ReplayCommand.Verb, .. var rest] => Task.FromResult(ReplayCommand.Run(rest)),
        [LiesCommand.Verb, .. var rest] => Task.FromResult(LiesCommand.Run(rest)),
        [FaultsCommand.Verb, .. var rest] => Task.FromResult(FaultsCommand.Run(rest)),
        _ when args.Contains("-automated") || args.Contains("@@") => ConsoleRunner.Run(args),
        _ => TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
    };
}
