using System.Numerics;
using System.Text.Json;
using MpcSigner.Core.Intents;

namespace MpcSigner.Kernel.Tests.Chains.Solana;

/// <summary>A transaction built by Solana's own libraries, and what it was built to do (tests/Vectors/solana/ORIGIN.md).</summary>
internal sealed record SolanaVector(
    string Name, byte[] Message, byte[] Transaction, string Blockhash, IReadOnlyList<string> Signers, Amount? MaxFee, IReadOnlyList<Effect> Effects)
{
    public const int Count = 300;

    public static IReadOnlyList<SolanaVector> All { get; } = Load();

    private static List<SolanaVector> Load()
    {
        using var json = JsonDocument.Parse(Tree.Read("tests", "Vectors", "solana", "messages.json"));
        return [.. json.RootElement.EnumerateArray().Select(v => new SolanaVector(
            Text(v, "name"), Convert.FromHexString(Text(v, "message")), Convert.FromBase64String(Text(v, "transaction")), Text(v, "blockhash"),
            [.. v.GetProperty("signers").EnumerateArray().Select(s => s.GetString()!)],
            v.GetProperty("maxFee").GetString() is { } fee ? new Amount(BigInteger.Parse(fee)) : null,
            [.. v.GetProperty("effects").EnumerateArray().Select(Effect)]))];
    }

    private static Effect Effect(JsonElement e) => Text(e, "type") switch
    {
        "transfer" => new Effect.Transfer(Text(e, "asset"), Text(e, "source"), Text(e, "destination"), new(BigInteger.Parse(Text(e, "amount")))),
        "openAccount" => new Effect.OpenAccount(Text(e, "asset"), Text(e, "owner"), Text(e, "account"), Text(e, "payer")),
        "memo" => new Effect.Memo(Text(e, "text")),
        "opaque" => new Effect.Opaque(""),
        var other => throw new InvalidDataException("effect of type " + other),
    };

    private static string Text(JsonElement e, string name) => e.GetProperty(name).GetString()!;
}
