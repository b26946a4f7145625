using System.CommandLine;
using System.Security.Cryptography;
using MpcSigner.Cli.Output;
using MpcSigner.Cli.Tokens;

namespace MpcSigner.Cli.Commands;

/// <summary><c>token new-key</c> and <c>token show-key</c>.</summary>
internal static class TokenNewKey
{
    public static Command Create(Func<Command, Runner> bind) => Make(bind, TokenSigner.Make, SharedOptions.Command("new-key", """
        Make a client's or an administrator's Ed25519 key in a token, which it never leaves, and print the public key for the
        roster. A key of that label that is there is never overwritten.
        """, "token new-key --pkcs11 'module=/usr/lib/softhsm/libsofthsm2.so;token=alice;key=mpcsigner;prompt'"));

    public static Command CreateShow(Func<Command, Runner> bind) => Make(bind, TokenSigner.Open, SharedOptions.Command("show-key", """
        Print the public key of a client's or an administrator's key in a token, once its attributes say that it cannot leave it.
        """, "token show-key --pkcs11 'module=/usr/lib/softhsm/libsofthsm2.so;token=alice;key=mpcsigner;pin-file=alice.pin'"));

    private static Command Make(Func<Command, Runner> bind, Func<TokenReference, TokenSigner> find, Command command)
    {
        var named = SharedOptions.Pkcs11("The key");
        named.Required = true;
        command.Options.Add(named);
        bind(command)((parsed, report, _) =>
        {
            var reference = TokenReference.Parse(parsed.GetValue(named)!);
            var key = find(reference);
            var (publicKey, id) = (Convert.ToHexStringLower(key.PublicKey.Span), Convert.ToHexStringLower(SHA256.HashData(key.PublicKey.Span)));
            var description = OpenTokens.Open(reference).Description;
            report.Result(new { PublicKey = publicKey, Id = id, Algorithm = "ed25519", Key = reference.Key, key.KeyId, Token = description.Label, description.Serial }, text =>
            {
                text.WriteLine($"public key  {publicKey}");
                text.WriteLine($"id          {id}");
                text.WriteLine($"kept by     key '{reference.Key}' (id {key.KeyId}) in token '{description.Label}' (serial {description.Serial}); sensitive, never extractable");
                text.WriteLine("Next, the roster must name the public key: as signing_key of a client or an administrator.");
            });
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }
}
