using System.Text;
using MpcSigner.Chains.Solana;
using MpcSigner.Client;

namespace MpcSigner.Cli.Documents;

/// <summary>A payload from a file, or from standard input where the file is called "-".</summary>
internal static class PayloadFile
{
    /// <summary>Base64 of the largest payload, with room for line breaks.</summary>
    private const int MaxBytes = 256 << 10;

    private const string SolanaExample = """{"destination": "Base58", "lamports": 1000000, "blockhash": "Base58"}""";

    /// <summary>A Solana transfer, described in JSON: the message is built for <paramref name="signer"/> as sender and fee payer.</summary>
    public static byte[] SolanaTransfer(string path, string keyId, DerivedKey signer)
    {
        if (!SolanaAddress.TryParse(signer.AddressOn(AddressForm.Solana), out var from))
            throw CliException.Usage($"Key {keyId} has no address on Solana.", "Sign a Solana transfer with an active Ed25519 key.");
        var file = TransferFile.Read(path, SolanaExample, ["destination", "lamports", "blockhash"]);
        var (to, blockhash) = (Address(file, "destination"), Address(file, "blockhash"));
        try
        {
            return SolanaTransferMessage.Build(from, to, file.Long("lamports"), blockhash);
        }
        catch (ArgumentException e)
        {
            throw file.Wrong(e.Message);
        }
    }

    /// <summary>A Solana message as text in Base64.</summary>
    public static byte[] SolanaMessage(string path)
    {
        var text = Encoding.ASCII.GetString(Raw(path)).Trim();
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException e)
        {
            throw CliException.Usage($"{path} is not Base64: {e.Message}", "Give the message (what signers sign, without signatures) in Base64.", e);
        }
    }

    /// <summary>The file's exact bytes.</summary>
    public static byte[] Raw(string path)
    {
        using var stream = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
        var buffer = new byte[MaxBytes + 1];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return length <= MaxBytes ? buffer[..length] : throw CliException.Usage($"{path} has more than {MaxBytes} bytes.", "Check that it is the file that you want signed.");
    }

    private static SolanaAddress Address(TransferFile file, string name) =>
        SolanaAddress.TryParse(file.Text(name), out var address) ? address : throw file.Wrong($"{name} is not 32 bytes in Base58");
}
