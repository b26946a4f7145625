using System.Text;
using MpcSigner.Chains;
using MpcSigner.Chains.Encoding;
using MpcSigner.Chains.Evm;
using MpcSigner.Chains.Solana;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Fuzz.Mutation;
using MpcSigner.Fuzz.Seeds;

namespace MpcSigner.Fuzz.Doors;

/// <summary>Payloads of chains: what is judged is what is signed, and what is not understood is refused or shown as such.</summary>
internal static class ChainDoors
{
    private static readonly byte[] s_secp256k1 = Convert.FromHexString("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");

    public static IEnumerable<Door> All =>
    [
        new("chains/solana", Grammar.Binary, SolanaSeeds, Solana, "SolanaMessageReader.TryRead", "SolanaDecoder.TryDecode", "SolanaInstructionDecoder.Decode", "SolanaFee.TryBound", "SolanaFee.TryReadBudget", "SolanaTransaction.TryAssemble", "PayloadDecoder.TryDecode")
            { AllocatedAtMost = 128 << 10, AllocatedPerByte = 512 },
        new("chains/evm-transaction", Grammar.Rlp, () => Vectors.Entries("evm/transactions.json", "unsigned", 5), EvmTransaction, "EvmTransactionReader.TryRead", "EvmDecoder.TryDecode", "EvmDecoder.TrySender", "Erc20Call.TryRead", "RlpReader.TryString", "EvmAssembly.TryTransaction")
            { AllocatedAtMost = 128 << 10, AllocatedPerByte = 128 },
        new("chains/evm-message", Grammar.Word, () => Vectors.Entries("evm/messages.json", "message", 3), EvmMessageOf, "EvmMessage.TryDecode", "EvmAssembly.TryMessage"),
        new("chains/raw", Grammar.Binary, () => [[(byte)Suite.FrostEd25519, 1, 2, 3], [(byte)Suite.EcdsaP256, .. new byte[31], 1], [(byte)Suite.FrostSecp256k1Taproot, .. new byte[32]]], Raw, "RawPayload.TryDecode", "SignedPayload.TryAssemble"),
        new("chains/rlp", Grammar.Rlp, () => Vectors.Entries("evm/transactions.json", "unsigned", 20), Rlp, "RlpReader.TryEnter", "RlpReader.TryInteger", "RlpReader.TryFixed") { AcceptsSeeds = false },
        new("chains/base58", Grammar.Word, () => [Encoding.ASCII.GetBytes("1111"), Encoding.ASCII.GetBytes("8SFGo5pztjVVeZJ4aNQBHNB3FLMEuxsBhzMhRmFvHEbv"), Encoding.ASCII.GetBytes("2NEpo7TZRRrLZSi2U")], Base58Text, "Base58.TryDecode"),
        new("chains/solana-address", Grammar.Word, () => [Encoding.ASCII.GetBytes("8SFGo5pztjVVeZJ4aNQBHNB3FLMEuxsBhzMhRmFvHEbv"), Encoding.ASCII.GetBytes("11111111111111111111111111111111")], SolanaAddressText, "SolanaAddress.TryParse"),
        new("chains/evm-address", Grammar.Word, () => Vectors.Texts("evm/addresses.json", "address", 8).Select(Encoding.ASCII.GetBytes), EvmAddressText, "EvmAddress.TryParse"),
        new("chains/evm-public-key", Grammar.Binary, () => Vectors.Entries("evm/addresses.json", "publicKey", 8), input => EvmAddress.TryFromPublicKey(input, out _), "EvmAddress.TryFromPublicKey"),
        // Only written: it is tried what of a foreign key can be written at all.
        new("chains/bech32", Grammar.Binary, () => [[0, .. new byte[20]], [1, .. new byte[32]], [0, .. new byte[32]]], Bech32Written, "Bech32.EncodeWitness"),
    ];

    private static IEnumerable<byte[]> SolanaSeeds() => Vectors.Entries("solana/messages.json", "message", 7);

    /// <summary>A Solana message is signed by one of those that it names; here by its fee payer.</summary>
    private static bool Solana(byte[] input)
    {
        byte[] key = SolanaMessageReader.TryRead(input, out var message, out var problem) ? message.FeePayer.ToArray() : new byte[32];
        Wrong.If(message is null && string.IsNullOrEmpty(problem), "refused without a reason");
        return Payload(PayloadKind.SolanaTransaction, input, Suite.FrostEd25519, key);
    }

    private static bool EvmTransaction(byte[] input) => Payload(PayloadKind.EvmTransaction, input, Suite.EcdsaSecp256k1, s_secp256k1);

    private static bool EvmMessageOf(byte[] input) => Payload(PayloadKind.EvmMessage, input, Suite.EcdsaSecp256k1, s_secp256k1);

    private static bool Raw(byte[] input) => input.Length > 0 && (Suite)input[0] is var suite && Enum.IsDefined(suite) && suite != Suite.None
        && Payload(PayloadKind.Raw, input[1..], suite, s_secp256k1);

    private static bool Payload(PayloadKind kind, byte[] input, Suite suite, byte[] key)
    {
        if (!PayloadDecoder.TryDecode(kind, input, suite, key, out var decoded, out var error))
            return WireDoors.IsTyped(error);
        Wrong.If(decoded.Intent.Effects.Count == 0, "nothing is said of what it does");
        Wrong.If(decoded.Intent.Effects.Any(IsLongText), "an effect whose words have no end");
        if (kind is PayloadKind.SolanaTransaction)
            Wrong.If(!decoded.Message.Span.SequenceEqual(input), "other bytes are signed than were judged");
        // A signature that is none is refused, and nothing throws.
        SignedPayload.TryAssemble(kind, input, suite, key, new byte[64], out _, out _);
        return true;
    }

    private static bool IsLongText(Effect effect) => effect is Effect.Opaque { What.Length: > 4_096 } or Effect.Memo { Text.Length: > 4_096 };

    /// <summary>The reader's own walk, whatever the form: every item is entered or read, as it says itself.</summary>
    private static bool Rlp(byte[] input)
    {
        var reader = new RlpReader(input, 0);
        for (var i = 0; i < 2 * RlpReader.MaxItems + 10; i++)
        {
            if (reader.AtEnd && !reader.TryLeave("list"))
                return input.Length == reader.Offset && reader.Problem is null;
            if (reader.Problem is not null)
                return false;
            if (reader.Offset >= input.Length)
                return true;
            var read = input[reader.Offset] >= 0xc0 ? reader.TryEnter("list")
                : i % 3 == 0 ? reader.TryInteger("number", out _)
                : i % 3 == 1 ? reader.TryFixed("fixed", 20, out _)
                : reader.TryString("string", out _);
            Wrong.If(!read && reader.Problem is null, "refused without a reason");
            if (!read)
                return false;
        }
        throw new Wrong("a walk without end");
    }

    private static bool Base58Text(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (!Base58.TryDecode(text, 64, out var bytes))
            return false;
        Wrong.If(bytes.Length > 64 || Base58.Encode(bytes) != text, "one value in two texts");
        return true;
    }

    private static bool SolanaAddressText(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (!SolanaAddress.TryParse(text, out var address))
            return false;
        Wrong.If(address.ToString() != text, "one address in two texts");
        return true;
    }

    private static bool EvmAddressText(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (!EvmAddress.TryParse(text, out var address, out var problem))
            return problem is { Length: > 0 and < 1_000 } ? false : throw new Wrong("refused without a reason");
        Wrong.If(!address.ToString().Equals(text, StringComparison.OrdinalIgnoreCase), "another address");
        return true;
    }

    private static bool Bech32Written(byte[] input)
    {
        if (input.Length == 0)
            return false;
        try
        {
            var text = Bech32.EncodeWitness("bc", input[0], input.AsSpan(1));
            Wrong.If(text.Length > 90, "longer than any address");
            return true;
        }
        catch (ArgumentException)
        {
            return false; // documented: no witness program
        }
    }
}
