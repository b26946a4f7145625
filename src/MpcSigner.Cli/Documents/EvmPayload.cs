using System.Text;
using MpcSigner.Chains.Evm;
using MpcSigner.Core.Intents;

namespace MpcSigner.Cli.Documents;

/// <summary>Ethereum payloads as people give them.</summary>
internal static class EvmPayload
{
    private const string TransferExample =
        """{"chainId": 1, "nonce": 0, "to": "0x…", "value": "10000000000000000", "maxFeePerGas": "30000000000", "maxPriorityFeePerGas": "1000000000"}; "gasLimit" is 21000 if not given""";

    /// <summary>An unsigned transaction in hexadecimal, or the file that holds it so.</summary>
    public static byte[] Transaction(string given)
    {
        var isHex = given.StartsWith(EvmAddress.Prefix, StringComparison.Ordinal);
        var text = isHex ? given : Encoding.ASCII.GetString(PayloadFile.Raw(given)).Trim();
        var digits = text.StartsWith(EvmAddress.Prefix, StringComparison.Ordinal) ? text[EvmAddress.Prefix.Length..] : text;
        return digits.Length > 0 && digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(digits)
            : throw CliException.Usage($"{(isHex ? "--evm-transaction" : given)} is no transaction in hexadecimal.",
                "Give its unsigned serialization as 0x and hexadecimal digits (ethers: unsignedSerialized), or a file that holds it.");
    }

    /// <summary>A transfer of the chain's coin, described in JSON, as an unsigned EIP-1559 transaction.</summary>
    public static byte[] Transfer(string path)
    {
        var file = TransferFile.Read(path, TransferExample, ["chainId", "nonce", "to", "value", "maxFeePerGas", "maxPriorityFeePerGas"], "gasLimit");
        if (!EvmAddress.TryParse(file.Text("to"), out var to, out var problem))
            throw file.Wrong($"to is no address: {problem}");
        Amount Long(string name) => file.Number(name, orText: true);
        var gas = file.Has("gasLimit") ? Long("gasLimit") : EvmTransferTransaction.PlainGas;
        try
        {
            return EvmTransferTransaction.Build(file.Long("chainId"), file.Long("nonce"), Long("maxPriorityFeePerGas"), Long("maxFeePerGas"), gas, to, Long("value"));
        }
        catch (ArgumentException e)
        {
            throw file.Wrong(e.Message);
        }
    }

    /// <summary>A text itself, or with @ in front a file's exact bytes.</summary>
    public static byte[] Message(string given) => given.StartsWith('@') ? PayloadFile.Raw(given[1..]) : Encoding.UTF8.GetBytes(given);
}
