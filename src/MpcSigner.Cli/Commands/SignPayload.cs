using System.CommandLine;
using System.CommandLine.Parsing;
using MpcSigner.Cli.Documents;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary>What <c>sign</c> can be given to sign: exactly one of these options.</summary>
internal sealed class SignPayload
{
    private readonly Option<string?> _solanaTransfer = new("--solana-transfer") { HelpName = "FILE", Description = "A JSON file with destination, lamports and blockhash; the message is built for the key" };
    private readonly Option<string?> _solanaMessage = new("--solana-message") { HelpName = "FILE", Description = "A file with a Solana message (what signers sign) in Base64" };
    private readonly Option<string?> _evmTransfer = new("--evm-transfer")
    {
        HelpName = "FILE",
        Description = "A JSON file with chainId, nonce, to, value, maxFeePerGas and maxPriorityFeePerGas (numbers in digits, in units of 10^-18 of the coin), and gasLimit where 21000 does not suffice; an EIP-1559 transaction is built",
    };
    private readonly Option<string?> _evmTransaction = new("--evm-transaction")
    {
        HelpName = "HEX|FILE",
        Description = "An unsigned Ethereum transaction (legacy, EIP-2930, EIP-1559) as 0x and hexadecimal digits, or a file that holds it so. ethers: Transaction.unsignedSerialized",
    };
    private readonly Option<string?> _evmMessage = new("--evm-message")
    {
        HelpName = "TEXT|@FILE",
        Description = "A message to sign as Ethereum wallets do (EIP-191, personal_sign): the text itself, or a file's exact bytes. Neither hashed nor prefixed before",
    };
    private readonly Option<string?> _raw = new("--raw") { HelpName = "FILE", Description = "A file whose exact bytes are signed; only for keys made with --allow-raw" };
    private readonly Option<string?> _digest = new("--digest") { HelpName = "HEX", Description = "A digest of 32 bytes, signed as it is; only for keys made with --allow-raw" };

    public IReadOnlyList<Option<string?>> Options => [_solanaTransfer, _solanaMessage, _evmTransfer, _evmTransaction, _evmMessage, _raw, _digest];

    public void Validate(CommandResult result)
    {
        if (Options.Count(o => result.GetResult(o) is not null) != 1)
            result.AddError($"Exactly one of {string.Join(", ", Options.SkipLast(1).Select(o => o.Name))} and {Options[^1].Name} is needed.");
    }

    /// <summary>Whether the payload is one of Ethereum's, whose bytes people write in hexadecimal.</summary>
    public bool IsEvm(ParseResult parsed) => ((Option[])[_evmTransfer, _evmTransaction, _evmMessage]).Any(o => parsed.GetResult(o) is not null);

    /// <param name="signer">The key at the path: a transfer is built for its account.</param>
    public SigningPayload Read(ParseResult parsed, string keyId, DerivedKey signer) =>
        parsed.GetValue(_solanaTransfer) is { } transfer ? SigningPayload.SolanaTransaction(PayloadFile.SolanaTransfer(transfer, keyId, signer))
        : parsed.GetValue(_solanaMessage) is { } message ? SigningPayload.SolanaTransaction(PayloadFile.SolanaMessage(message))
        : parsed.GetValue(_evmTransfer) is { } payment ? SigningPayload.EvmTransaction(EvmPayload.Transfer(payment))
        : parsed.GetValue(_evmTransaction) is { } transaction ? SigningPayload.EvmTransaction(EvmPayload.Transaction(transaction))
        : parsed.GetValue(_evmMessage) is { } text ? SigningPayload.EvmMessage(EvmPayload.Message(text))
        : parsed.GetValue(_digest) is { } digest ? SigningPayload.Raw(SharedOptions.Hex32("--digest", digest))
        : SigningPayload.Raw(PayloadFile.Raw(parsed.GetValue(_raw)!));
}
