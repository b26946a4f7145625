using System.Text;
using System.Text.Json;
using MpcSigner.Chains.Solana;
using MpcSigner.Client;

namespace MpcSigner.Cli.Documents;

/// <summary>A payload from a file, or from standard input where the file is called "-".</summary>
internal static class PayloadFile
{
    /// <summary>Base64 of the largest payload, with room for line breaks.</summary>
    private const int MaxBytes = 256 << 10;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4 };

    /// <summary>A Solana transfer, described in JSON: the message is built for <paramref name="signer"/> as sender and fee payer.</summary>
    public static byte[] SolanaTransfer(string path, string keyId, DerivedKey signer)
    {
        if (!SolanaAddress.TryParse(signer.AddressOn(AddressForm.Solana), out var from))
            throw CliException.Usage($"Key {keyId} has no address on Solana.", "Sign a Solana transfer with an active Ed25519 key.");
        var fields = ReadFields(path);
        var (to, blockhash) = (Address(path, fields, "destination"), Address(path, fields, "blockhash"));
        if (!fields["lamports"].TryGetUInt64(out var lamports))
            throw Wrong(path, "lamports is not a whole number of 0..2^64-1");
        try
        {
            return SolanaTransferMessage.Build(from, to, lamports, blockhash);
        }
        catch (ArgumentException e)
        {
            throw Wrong(path, e.Message);
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

    private static Dictionary<string, JsonElement> ReadFields(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(Raw(path), Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw Wrong(path, "it is no JSON object");
            var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var field in document.RootElement.EnumerateObject())
            {
                if (field.Name is not ("destination" or "lamports" or "blockhash"))
                    throw Wrong(path, $"it holds an unknown field {JsonEncodedText.Encode(field.Name)}");
                if (!fields.TryAdd(field.Name, field.Value.Clone()))
                    throw Wrong(path, $"{field.Name} stands there twice");
            }
            foreach (var name in (string[])["destination", "lamports", "blockhash"])
            {
                if (!fields.TryGetValue(name, out var value) || value.ValueKind != (name == "lamports" ? JsonValueKind.Number : JsonValueKind.String))
                    throw Wrong(path, $"{name} is missing or of another type");
            }
            return fields;
        }
        catch (JsonException e)
        {
            throw Wrong(path, e.Message);
        }
    }

    private static SolanaAddress Address(string path, Dictionary<string, JsonElement> fields, string name) =>
        SolanaAddress.TryParse(fields[name].GetString(), out var address) ? address : throw Wrong(path, $"{name} is not 32 bytes in Base58");

    private static CliException Wrong(string path, string problem) =>
        CliException.Usage($"{path} is not a transfer: {problem}.", """Write it so: {"destination": "Base58", "lamports": 1000000, "blockhash": "Base58"}""");
}
