using System.CommandLine;
using System.Diagnostics;
using MpcSigner.Chains.Encoding;
using MpcSigner.Cli.Documents;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>sign</c>.</summary>
internal static class Sign
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var dir = SharedOptions.Dir();
        var client = SharedOptions.Client();
        var key = new Option<string>("--key") { HelpName = "ID", Description = "The key's id: 64 hexadecimal digits", Required = true };
        var transfer = new Option<string?>("--solana-transfer") { HelpName = "FILE", Description = "A JSON file with destination, lamports and blockhash; the message is built for the key" };
        var message = new Option<string?>("--solana-message") { HelpName = "FILE", Description = "A file with a Solana message (what signers sign) in Base64" };
        var raw = new Option<string?>("--raw") { HelpName = "FILE", Description = "A file whose exact bytes are signed; only for keys made with --allow-raw" };
        var digest = new Option<string?>("--digest") { HelpName = "HEX", Description = "A digest of 32 bytes, signed as it is; only for keys made with --allow-raw" };
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
            """, "sign --key ID --solana-transfer config/solana-transfer.json", "sign --key ID --solana-message message.b64 --output json", "sign --key ID --raw message.bin",
            "sign --key ID --path 0/7 --digest 8f43…");
        foreach (var option in (Option[])[key, transfer, message, raw, digest, path, taproot, root, note, idempotency, issued, via, dir, client])
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (((Option[])[transfer, message, raw, digest]).Count(o => result.GetResult(o) is not null) != 1)
                result.AddError("Exactly one of --solana-transfer, --solana-message, --raw and --digest is needed.");
            if (result.GetResult(root) is not null && result.GetValue(taproot) == UntweakedWord)
                result.AddError("--merkle-root belongs to --taproot key-path.");
        });
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var connection = await MpcSignerClient.ConnectAsync(SharedOptions.LoadClient(parsed, dir, client) with { PreferredNode = parsed.GetValue(via) }, cancellation).ConfigureAwait(false);
            var signingKey = await connection.GetKeyAsync(parsed.GetValue(key)!, cancellation).ConfigureAwait(false);
            var at = signingKey.Derive(parsed.GetValue(path)!);
            var payload = parsed.GetValue(transfer) is { } t ? SigningPayload.SolanaTransaction(PayloadFile.SolanaTransfer(t, signingKey.Id, at))
                : parsed.GetValue(message) is { } m ? SigningPayload.SolanaTransaction(PayloadFile.SolanaMessage(m))
                : parsed.GetValue(digest) is { } d ? SigningPayload.Raw(Hex("--digest", d))
                : SigningPayload.Raw(PayloadFile.Raw(parsed.GetValue(raw)!));
            var began = Stopwatch.GetTimestamp();
            var result = await connection.SignAsync(new()
            {
                KeyId = signingKey.Id, Payload = payload, Path = at.Path, Taproot = Spend(parsed.GetValue(taproot), parsed.GetValue(root)), Note = parsed.GetValue(note)!, IdempotencyKey = parsed.GetValue(idempotency), IssuedAt = parsed.GetValue(issued),
            }, cancellation).ConfigureAwait(false);
            var took = Stopwatch.GetElapsedTime(began);
            report.Result(Describe(result, payload, took), text => Print(text, result, took));
            return ExitCode.Ok;
        });
        return command;
    }

    private const string KeyPathWord = "key-path", UntweakedWord = "none";

    private static TaprootSpend? Spend(string? mode, string? root) => (mode, root) switch
    {
        (_, { } hex) => TaprootSpend.KeyPathWithScripts(Hex("--merkle-root", hex)),
        (KeyPathWord, _) => TaprootSpend.KeyPath,
        (UntweakedWord, _) => TaprootSpend.Untweaked,
        _ => null,
    };

    private static byte[] Hex(string option, string text)
    {
        const int size = 32;
        return text.Length == 2 * size && text.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(text)
            : throw CliException.Usage($"{option} is not {size} bytes in hexadecimal.", $"Give {2 * size} digits of 0-9 a-f.");
    }

    private static object Describe(SignResult result, SigningPayload payload, TimeSpan took) => new
    {
        Verified = true,
        KeyId = result.Key.Id,
        result.Path,
        PublicKey = Convert.ToHexStringLower(result.PublicKey.Span),
        Payload = Convert.ToBase64String(payload.Bytes.Span),
        Signature = Convert.ToHexStringLower(result.Signature.Span),
        SignatureBase58 = result.Key.Suite == KeySuite.Ed25519 ? Base58.Encode(result.Signature.Span) : null,
        SignedTransaction = result.SignedTransaction.IsEmpty ? null : Convert.ToBase64String(result.SignedTransaction.Span),
        result.Signers,
        result.IdempotencyKey,
        Milliseconds = Math.Round(took.TotalMilliseconds, 1),
    };

    private static void Print(TextWriter text, SignResult result, TimeSpan took)
    {
        text.WriteLine($"signature           {(result.Key.Suite == KeySuite.Ed25519 ? Base58.Encode(result.Signature.Span) : Convert.ToHexStringLower(result.Signature.Span))}");
        if (!result.SignedTransaction.IsEmpty)
            text.WriteLine($"signed transaction  {Convert.ToBase64String(result.SignedTransaction.Span)}");
        text.WriteLine($"signed by           {(result.Signers.Count == 0 ? "(answered before)" : string.Join(", ", result.Signers))}");
        text.WriteLine($"verified under      {Convert.ToHexStringLower(result.PublicKey.Span)}{(result.Path == "m" ? "" : $", {result.Path} of the key")}, in {took.TotalMilliseconds:0} ms");
    }
}
