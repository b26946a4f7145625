using System.CommandLine;
using System.Globalization;
using MpcSigner.Cli.Output;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>address</c>.</summary>
internal static class Address
{
    private const int MaxCount = 10_000;

    private static readonly Dictionary<string, AddressForm> s_chains = new(StringComparer.Ordinal)
    {
        ["solana"] = AddressForm.Solana,
        ["ethereum"] = AddressForm.Ethereum,
        ["bitcoin-p2wpkh"] = AddressForm.BitcoinKeyHash,
        ["bitcoin-p2tr"] = AddressForm.BitcoinTaproot,
    };

    public static Command Create(Func<Command, Runner> bind)
    {
        var client = new ClientOptions();
        var id = new Option<string>("--key") { HelpName = "ID", Description = "The key's id: 64 hexadecimal digits", Required = true };
        var chain = new Option<string>("--chain") { Description = "The chain and form of the addresses", Required = true };
        chain.AcceptOnlyFromAmong([.. s_chains.Keys]);
        var path = new Option<string>("--path") { HelpName = "PATH", Description = "The derivation path, e.g. 0/1; m is the key itself", DefaultValueFactory = _ => "m" };
        var count = new Option<int>("--count") { HelpName = "N", Description = $"How many, the path's last index counting up: 1 to {MaxCount}", DefaultValueFactory = _ => 1 };
        var command = SharedOptions.Command("address", """
            Show addresses of a key at derivation paths. They are computed here, from the key that all its nodes have
            certified; no node is asked for them. The same path is given to sign, to spend from such an address.
            Solana takes keys of suite frost-ed25519, Ethereum and bitcoin-p2wpkh those of ecdsa-secp256k1, bitcoin-p2tr
            those of frost-secp256k1-tr (key path, no scripts). A path has at most 10 indices below 2^31: hardened ones
            would need the whole private key, which no machine has.
            """, "address --key ID --chain ethereum", "address --key ID --chain solana --path 0/0 --count 20", "address --key ID --chain bitcoin-p2tr --path 0/5 --output json");
        foreach (var option in (Option[])[id, chain, path, count, .. client.All])
            command.Options.Add(option);
        bind(command)(async (parsed, report, cancellation) =>
        {
            var (form, word) = (s_chains[parsed.GetValue(chain)!], parsed.GetValue(chain)!);
            if (parsed.GetValue(count) is < 1 or > MaxCount)
                throw CliException.Usage($"--count is 1 to {MaxCount}.", "Ask for the rest with a higher last index in --path.");
            await using var connection = await MpcSignerClient.ConnectAsync(client.Load(parsed), cancellation).ConfigureAwait(false);
            var key = await connection.GetKeyAsync(parsed.GetValue(id)!, cancellation).ConfigureAwait(false);
            var first = key.Derive(parsed.GetValue(path)!);
            if (first.AddressOn(form) is null)
                throw CliException.Usage($"A key of suite {SuiteWords.Of(key.Suite)} has no address on {word}.", "mpcsigner address --help says which keys have which addresses.");
            var keys = Following(key, first, parsed.GetValue(count)).ToList();
            report.Result(
                new { KeyId = key.Id, Chain = word, Addresses = keys.Select(k => new { k.Path, Address = k.AddressOn(form), PublicKey = Convert.ToHexStringLower(k.PublicKey.Span) }) },
                text => keys.ForEach(k => text.WriteLine($"{k.Path,-16}  {k.AddressOn(form)}")));
            return ExitCode.Ok;
        });
        return command;
    }

    private static IEnumerable<DerivedKey> Following(SigningKey key, DerivedKey first, int count)
    {
        yield return first;
        if (count == 1)
            yield break;
        var slash = first.Path.LastIndexOf('/');
        if (slash < 0)
            throw CliException.Usage("The path m has no last index to count up.", "Give a --path like 0/0.");
        var index = uint.Parse(first.Path[(slash + 1)..], CultureInfo.InvariantCulture);
        for (var i = 1u; i < count; i++)
            yield return key.Derive($"{first.Path[..slash]}/{index + i}");
    }
}
