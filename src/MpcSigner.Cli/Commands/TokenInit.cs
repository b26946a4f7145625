using System.CommandLine;
using MpcSigner.Cli.Output;
using MpcSigner.Cli.Tokens;

namespace MpcSigner.Cli.Commands;

/// <summary><c>token init</c>.</summary>
internal static class TokenInit
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var named = SharedOptions.Pkcs11("The token to make, without key");
        named.Required = true;
        var officer = new Option<string>("--so-pin-file") { HelpName = "FILE", Description = "The security officer's PIN, in a file that only its owner may read", Required = true };
        var command = SharedOptions.Command("init", """
            Make a token in an empty slot of a module that lets anyone do so, such as SoftHSM2, with both PINs from their sources
            and none on a command line. A token that is there is never touched. Hardware is initialised by its vendor's tools.
            """, "token init --pkcs11 'module=/usr/lib/softhsm/libsofthsm2.so;token=alice;pin-file=alice.pin' --so-pin-file alice.so-pin");
        command.Options.Add(named);
        command.Options.Add(officer);
        bind(command)((parsed, report, _) =>
        {
            var reference = TokenReference.Parse(parsed.GetValue(named)!, needsKey: false);
            var made = OpenTokens.Make(reference, new PinSource.FromFile(Path.GetFullPath(parsed.GetValue(officer)!)));
            report.Result(new { Token = made.Label, made.Serial, made.Manufacturer, made.Model }, text => text.WriteLine($"Token '{made.Label}' (serial {made.Serial}, {made.Model}) is made."));
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }
}
