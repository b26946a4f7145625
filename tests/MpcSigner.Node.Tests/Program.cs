using MpcSigner.Node.Tests.Storage;
using MpcSigner.Node.Tests.Vault;
using MpcSigner.Pkcs11.Modules;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace MpcSigner.Node.Tests;

/// <summary>The test program, or, for tests that kill a process, that process.</summary>
internal static class Program
{
    internal const string ProbeVerb = "--pkcs11-probe";

    private static Task<int> Main(string[] args) => args switch
    {
        [SealScene.ChildVerb, var folder] => SealScene.RotateForEver(folder),
        [ProbeVerb, var module] => Task.FromResult(ModuleProbe.RunChild(module, Console.Out, TimeProvider.System)),
        [StoreChild.Verb, .. var rest] => StoreChild.RunAsync(rest),
        _ when args.Contains("-automated") || args.Contains("@@") => ConsoleRunner.Run(args),
        _ => TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
    };
}
