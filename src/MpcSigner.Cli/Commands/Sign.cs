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
        var note = new Option<string>("--note") { HelpName = "TEXT", Description = "For people; stored with the request", DefaultValueFactory = _ => "" };
        var via = SharedOptions.Via();
        var (idempotency, issued) = (SharedOptions.IdempotencyKey(), SharedOptions.IssuedAt());
        var command = SharedOptions.Command("sign", """
            Have the nodes sign a payload, and verify the signature. Each node decodes the payload for itself and applies the
            policy; where it is denied, every node's reason is shown. FILE may be - for standard input.
            """, "sign --key ID --solana-transfer config/solana-transfer.json", "sign --key ID --solana-message message.b64 --output json", "sign --key ID --raw digest.bin");
        foreach (var option in (Option[])[key, transfer, message, raw, note, idempotency, issued, via, dir, client])
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (((Option[])[transfer, message, raw]).Count(o => result.GetResult(o) is not null) != 1)
                result.AddError("Exactly one of --solana-transfer, --solana-message and --raw is needed.");
        });
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var connection = await MpcSignerClient.ConnectAsync(SharedOptions.LoadClient(parsed, dir, client) with { PreferredNode = parsed.GetValue(via) }, cancellation).ConfigureAwait(false);
            var signingKey = await connection.GetKeyAsync(parsed.GetValue(key)!, cancellation).ConfigureAwait(false);
            var payload = parsed.GetValue(transfer) is { } t ? SigningPayload.SolanaTransaction(PayloadFile.SolanaTransfer(t, signingKey))
                : parsed.GetValue(message) is { } m ? SigningPayload.SolanaTransaction(PayloadFile.SolanaMessage(m))
                : SigningPayload.Raw(PayloadFile.Raw(parsed.GetValue(raw)!));
            var began = Stopwatch.GetTimestamp();
            var result = await connection.SignAsync(new()
            {
                KeyId = signingKey.Id, Payload = payload, Note = parsed.GetValue(note)!, IdempotencyKey = parsed.GetValue(idempotency), IssuedAt = parsed.GetValue(issued),
            }, cancellation).ConfigureAwait(false);
            var took = Stopwatch.GetElapsedTime(began);
            report.Result(Describe(result, payload, took), text => Print(text, result, took));
            return ExitCode.Ok;
        });
        return command;
    }

    private static object Describe(SignResult result, SigningPayload payload, TimeSpan took) => new
    {
        Verified = true,
        KeyId = result.Key.Id,
        PublicKey = Convert.ToHexStringLower(result.Key.PublicKey.Span),
        Payload = Convert.ToBase64String(payload.Bytes.Span),
        Signature = Convert.ToHexStringLower(result.Signature.Span),
        SignatureBase58 = Base58.Encode(result.Signature.Span),
        SignedTransaction = result.SignedTransaction.IsEmpty ? null : Convert.ToBase64String(result.SignedTransaction.Span),
        result.Signers,
        result.IdempotencyKey,
        Milliseconds = Math.Round(took.TotalMilliseconds, 1),
    };

    private static void Print(TextWriter text, SignResult result, TimeSpan took)
    {
        text.WriteLine($"signature           {Base58.Encode(result.Signature.Span)}");
        if (!result.SignedTransaction.IsEmpty)
            text.WriteLine($"signed transaction  {Convert.ToBase64String(result.SignedTransaction.Span)}");
        text.WriteLine($"signed by           {(result.Signers.Count == 0 ? "(answered before)" : string.Join(", ", result.Signers))}");
        text.WriteLine($"verified under the key's certified public key, in {took.TotalMilliseconds:0} ms");
    }
}
