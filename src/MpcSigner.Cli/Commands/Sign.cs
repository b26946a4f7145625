using System.CommandLine;
using System.Diagnostics;
using MpcSigner.Chains.Encoding;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>sign</c>.</summary>
internal static class Sign
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var client = new ClientOptions();
        var key = new Option<string>("--key") { HelpName = "ID", Description = "The key's id: 64 hexadecimal digits", Required = true };
        var what = new SignPayload();
        var path = new Option<string>("--path") { HelpName = "PATH", Description = "The derivation path of the key that signs, e.g. 0/1; m is the key itself", DefaultValueFactory = _ => "m" };
        var taproot = new Option<string?>("--taproot") { Description = "Taproot keys: sign under the output key (key-path, the default) or under the key itself (none)" };
        taproot.AcceptOnlyFromAmong(KeyPathWord, UntweakedWord);
        var root = new Option<string?>("--merkle-root") { HelpName = "HEX", Description = "Taproot keys: the merkle root of the output's scripts, 32 bytes; none if not given" };
        var note = new Option<string>("--note") { HelpName = "TEXT", Description = "For people; stored with the request", DefaultValueFactory = _ => "" };
        var via = SharedOptions.Via();
        var (idempotency, issued) = (SharedOptions.IdempotencyKey(), SharedOptions.IssuedAt());
        var command = SharedOptions.Command("sign", """
            Have the nodes sign a payload, and verify the signature. Each node decodes the payload for itself and applies the
            policy; where it is denied, every node's reason is shown. FILE may be - for standard input.
            """, "sign --key ID --solana-transfer config/solana-transfer.json", "sign --key ID --solana-message message.b64 --output json", "sign --key ID --evm-transfer config/evm-transfer.json",
            "sign --key ID --path 0/7 --evm-message 'Sign in to example.org'", "sign --key ID --raw message.bin", "sign --key ID --path 0/7 --digest 8f43…");
        foreach (var option in (Option[])[key, .. what.Options, path, taproot, root, note, idempotency, issued, via, .. client.All])
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            what.Validate(result);
            if (result.GetResult(root) is not null && result.GetValue(taproot) == UntweakedWord)
                result.AddError("--merkle-root belongs to --taproot key-path.");
        });
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var connection = await MpcSignerClient.ConnectAsync(client.Load(parsed) with { PreferredNode = parsed.GetValue(via) }, cancellation).ConfigureAwait(false);
            var signingKey = await connection.GetKeyAsync(parsed.GetValue(key)!, cancellation).ConfigureAwait(false);
            var at = signingKey.Derive(parsed.GetValue(path)!);
            var payload = what.Read(parsed, signingKey.Id, at);
            var sender = what.IsEvm(parsed) ? at.AddressOn(AddressForm.Ethereum) : null;
            var began = Stopwatch.GetTimestamp();
            var result = await connection.SignAsync(new()
            {
                KeyId = signingKey.Id, Payload = payload, Path = at.Path, Taproot = Spend(parsed.GetValue(taproot), parsed.GetValue(root)), Note = parsed.GetValue(note)!, IdempotencyKey = parsed.GetValue(idempotency), IssuedAt = parsed.GetValue(issued),
            }, cancellation).ConfigureAwait(false);
            var took = Stopwatch.GetElapsedTime(began);
            report.Result(Describe(result, payload, sender, took), text => Print(text, result, sender, took));
            return ExitCode.Ok;
        });
        return command;
    }

    private const string KeyPathWord = "key-path", UntweakedWord = "none";

    private static TaprootSpend? Spend(string? mode, string? root) => (mode, root) switch
    {
        (_, { } hex) => TaprootSpend.KeyPathWithScripts(SharedOptions.Hex32("--merkle-root", hex)),
        (KeyPathWord, _) => TaprootSpend.KeyPath,
        (UntweakedWord, _) => TaprootSpend.Untweaked,
        _ => null,
    };

    /// <param name="sender">The account on Ethereum, for its payloads.</param>
    private static object Describe(SignResult result, SigningPayload payload, string? sender, TimeSpan took) => new
    {
        Verified = true,
        KeyId = result.Key.Id,
        result.Path,
        PublicKey = Convert.ToHexStringLower(result.PublicKey.Span),
        Payload = Convert.ToBase64String(payload.Bytes.Span),
        Signature = Convert.ToHexStringLower(result.Signature.Span),
        SignatureBase58 = result.Key.Suite == KeySuite.Ed25519 ? Base58.Encode(result.Signature.Span) : null,
        Sender = sender,
        SignedTransaction = Transaction(result, sender),
        result.TransactionId,
        MessageSignature = MessageSignature(result),
        result.Signers,
        result.IdempotencyKey,
        Milliseconds = Math.Round(took.TotalMilliseconds, 1),
    };

    /// <summary>As nodes of its network take it: Ethereum's in hexadecimal, Solana's in Base64.</summary>
    private static string? Transaction(SignResult result, string? sender) =>
        result.SignedTransaction.IsEmpty ? null
        : sender is not null ? "0x" + Convert.ToHexStringLower(result.SignedTransaction.Span)
        : Convert.ToBase64String(result.SignedTransaction.Span);

    private static string? MessageSignature(SignResult result) =>
        result.MessageSignature.IsEmpty ? null : "0x" + Convert.ToHexStringLower(result.MessageSignature.Span);

    private static void Print(TextWriter text, SignResult result, string? sender, TimeSpan took)
    {
        text.WriteLine($"signature           {(result.Key.Suite == KeySuite.Ed25519 ? Base58.Encode(result.Signature.Span) : Convert.ToHexStringLower(result.Signature.Span))}");
        foreach (var (name, value) in ((string, string?)[])[("message signature", MessageSignature(result)), ("signed transaction", Transaction(result, sender)), ("transaction id", result.TransactionId), ("sender", sender)])
        {
            if (value is not null)
                text.WriteLine($"{name,-18}  {value}");
        }
        text.WriteLine($"signed by           {(result.Signers.Count == 0 ? "(answered before)" : string.Join(", ", result.Signers))}");
        text.WriteLine($"verified under      {Convert.ToHexStringLower(result.PublicKey.Span)}{(result.Path == "m" ? "" : $", {result.Path} of the key")}, in {took.TotalMilliseconds:0} ms");
    }
}
