using System.CommandLine;
using MpcSigner.Cli.Output;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>key xpub</c>.</summary>
internal static class KeyXpub
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var client = new ClientOptions();
        var id = new Option<string>("--key") { HelpName = "ID", Description = "The key's id: 64 hexadecimal digits", Required = true };
        var command = SharedOptions.Command("xpub", """
            Show what others need to derive the key's addresses without asking a node, verified against the roster.
            For keys on secp256k1 that is an extended public key ("xpub", BIP-32, depth 0). For P-256 and Ed25519 no standard
            form exists: JSON then holds public_key and chain_code in hexadecimal, and in "derivation" the rule that
            children follow from them by: "slip-0010" (P-256) or "bip32-ed25519" (Khovratovich and Law's soft derivation).
            Whoever has this can see all of the key's addresses, and can sign with none of them.
            """, "key xpub --key ID", "key xpub --key ID --output json");
        foreach (var option in (Option[])[id, .. client.All])
            command.Options.Add(option);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var connection = await MpcSignerClient.ConnectAsync(client.Load(parsed), cancellation).ConfigureAwait(false);
            var key = await connection.GetKeyAsync(parsed.GetValue(id)!, cancellation).ConfigureAwait(false);
            var root = key.Derive("m");
            var (publicKey, chainCode) = (Convert.ToHexStringLower(root.PublicKey.Span), Convert.ToHexStringLower(root.ChainCode.Span));
            var derivation = Derivation(key.Suite);
            report.Result(new { KeyId = key.Id, Suite = SuiteWords.Of(key.Suite), Derivation = derivation, Xpub = key.ExtendedPublicKey, PublicKey = publicKey, ChainCode = chainCode }, text =>
            {
                if (key.ExtendedPublicKey is { } xpub)
                {
                    text.WriteLine(xpub);
                    return;
                }
                text.WriteLine($"public key  {publicKey}");
                text.WriteLine($"chain code  {chainCode}");
                text.WriteLine($"children follow by {derivation}; there is no standard extended public key for this curve");
            });
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Derivation(KeySuite suite) => suite switch
    {
        KeySuite.EcdsaSecp256k1 or KeySuite.SchnorrSecp256k1 or KeySuite.Taproot => "bip-32",
        KeySuite.EcdsaP256 => "slip-0010",
        KeySuite.Ed25519 => "bip32-ed25519",
    };
}
