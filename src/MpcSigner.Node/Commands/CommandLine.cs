using System.Reflection;
using MpcSigner.Node.Start;
using MpcSigner.Node.Vault.Tokens;
using MpcSigner.Pkcs11.Modules;

namespace MpcSigner.Node.Commands;

/// <summary>The verbs. Every way to end has its <see cref="ExitCode"/>, and every refusal a reason and a next step on standard error.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args, TimeProvider time, TextWriter output, TextWriter error)
    {
        try
        {
            return (int)(args switch
            {
                [] => Refuse(error, ["a verb is missing: run, init, doctor, unseal, unseal status, identity new, cert new, cert use, seal rotate, seal change, seal status, seal forget-orphan, store restored or peer readmit"]),
                ["--help" or "-h" or "help", ..] => Say(output, Help.Text),
                ["--version"] => Say(output, Version),
                ["run", .. var rest] => await RunCommand.RunAsync(rest, time, output, error).ConfigureAwait(false),
                ["init", .. var rest] => await InitCommand.RunAsync(rest, time, output, error).ConfigureAwait(false),
                ["doctor", .. var rest] => await DoctorCommand.RunAsync(rest, time, output, error).ConfigureAwait(false),
                ["unseal", "status", .. var rest] => UnsealCommand.Status(rest, output, error),
                ["unseal", .. var rest] => UnsealCommand.Give(rest, output, error),
                ["identity", "new", .. var rest] => await IdentityCommand.NewAsync(rest, output, error).ConfigureAwait(false),
                ["cert", "new", .. var rest] => CertCommand.New(rest, time, output, error),
                ["cert", "use", .. var rest] => CertCommand.Use(rest, output, error),
                ["seal", "rotate", .. var rest] => await SealCommand.RotateAsync(rest, time, output, error).ConfigureAwait(false),
                ["seal", "change", .. var rest] => await SealCommand.ChangeAsync(rest, time, output, error).ConfigureAwait(false),
                ["seal", "status", .. var rest] => await SealStatusCommand.RunAsync(rest, time, output, error).ConfigureAwait(false),
                ["seal", "forget-orphan", .. var rest] => await SealStatusCommand.ForgetOrphanAsync(rest, time, output, error).ConfigureAwait(false),
                [ProbeVerb.Name, var module] => (ExitCode)ModuleProbe.RunChild(module, output, time),
                ["store", "restored", .. var rest] => StoreCommand.Restored(rest, output, error),
                ["peer", "readmit", .. var rest] => PeerCommand.Readmit(rest, output, error),
                [var verb, ..] => Refuse(error, [$"'{verb}' is no verb; there are run, init, doctor, unseal, unseal status, identity new, cert new, cert use, seal rotate, seal change, seal status, seal forget-orphan, store restored and peer readmit"]),
            });
        }
        catch (StartRefusedException e)
        {
            error.WriteLine($"mpcsigner-node refuses to start ({e.Code}, exit code {(int)e.Code}): {e.Message}");
            return (int)e.Code;
        }
    }

    public static string Version =>
        typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static ExitCode Refuse(TextWriter error, IEnumerable<string> problems)
    {
        foreach (var problem in problems)
            error.WriteLine($"mpcsigner-node: {problem}");
        error.WriteLine("mpcsigner-node --help explains the verbs and their options.");
        return ExitCode.BadCommandLine;
    }

    private static ExitCode Say(TextWriter output, string text)
    {
        output.WriteLine(text);
        return ExitCode.Success;
    }
}
