using System.Numerics;
using System.Text.Json;
using MpcSigner.Chains;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using Xunit;

namespace MpcSigner.Node.Tests.Evm;

/// <summary>
/// What a chain does with our transactions: coins and tokens move as the intents said, nothing else moves, and the fee stays below its bound. The chain
/// is hardhat's within the judge's process; the token is compiled by npm's solc.
/// </summary>
public sealed class HardhatChainTests
{
    private sealed record Sent(string Name, string From, SigningIntent Intent, SignedPayload Signed);

    [Fact]
    public async Task Balances_move_as_the_intents_said()
    {
        var drawn = await Judges.NodeAsync("evm/chain-transactions.mjs");
        List<Sent> sent = [.. drawn.GetProperty("transactions").EnumerateArray().Select(Assemble)];
        var run = await Judges.NodeReadingAsync("evm/run-chain.mjs", JsonSerializer.Serialize(new
        {
            transactions = sent.Select(s => new
            {
                raw = "0x" + Convert.ToHexStringLower(s.Signed.Bytes.Span),
                holders = Holders(s),
                allowance = s.Intent.Effects is [Effect.Allowance a] ? new[] { a.Owner, a.Spender } : null,
            }),
        }));

        var token = drawn.GetProperty("token").GetString()!;
        Assert.Equal(token, run.GetProperty("token").GetString());
        var results = run.GetProperty("results");
        Assert.Equal(sent.Count, results.GetArrayLength());
        foreach (var (transaction, result) in sent.Zip(results.EnumerateArray()))
            Judge(transaction, result, token);

        // Four formats, each with payments of the coin and of the token, an allowance, and a transfer by it.
        Assert.Equal(56, sent.Count);
        Assert.Equal(4, sent.Count(s => s.Intent.Effects is [Effect.Allowance]));
        Assert.Equal(28, sent.Count(s => s.Intent.Effects is [Effect.Transfer t] && t.Asset == token));
        Assert.Equal(24, sent.Count(s => s.Intent.Effects is [Effect.Transfer { Asset: "native" }]));
        Assert.Equal(14, sent.Count(s => s.Intent.Chain == "evm:any"));
        Assert.Equal(42, sent.Count(s => s.Intent.Chain == "evm:31337"));
    }

    private static Sent Assemble(JsonElement drawn)
    {
        byte[] Hex(string name) => Convert.FromHexString(drawn.GetProperty(name).GetString()!);
        var (unsigned, key) = (Hex("unsigned"), Hex("publicKey"));
        Assert.True(PayloadDecoder.TryDecode(PayloadKind.EvmTransaction, unsigned, Suite.EcdsaSecp256k1, key, out var decoded, out var error), error?.ToString());
        Assert.True(SignedPayload.TryAssemble(PayloadKind.EvmTransaction, unsigned, Suite.EcdsaSecp256k1, key, Hex("signature"), out var signed, out var problem), problem);
        return new(drawn.GetProperty("name").GetString()!, drawn.GetProperty("from").GetString()!, decoded.Intent, signed!);
    }

    /// <summary>Who pays the fee, and everyone whom the intent names.</summary>
    private static string[] Holders(Sent sent) => [.. sent.Intent.Effects.SelectMany(e => e switch
    {
        Effect.Transfer t => (string[])[t.Source, t.Destination],
        Effect.Allowance a => [a.Owner, a.Spender],
        _ => [],
    }).Append(sent.From).Distinct()];

    private static void Judge(Sent sent, JsonElement result, string token)
    {
        Assert.Equal((1, sent.Signed.Id), (result.GetProperty("status").GetInt32(), result.GetProperty("hash").GetString()));
        var fee = Number(result.GetProperty("fee"));
        Assert.True(fee > 0 && fee <= sent.Intent.MaxFee!.Value.Value, $"{sent.Name}: fee {fee}, bound {sent.Intent.MaxFee}");
        Dictionary<string, BigInteger> coin = Holders(sent).ToDictionary(h => h, _ => BigInteger.Zero), tokens = new(coin);
        coin[sent.From] -= fee;
        foreach (var effect in sent.Intent.Effects)
        {
            switch (effect)
            {
                case Effect.Transfer t:
                    Assert.Contains(t.Asset, new[] { "native", token });
                    var moved = t.Asset == token ? tokens : coin;
                    moved[t.Source] -= t.Amount.Value;
                    moved[t.Destination] += t.Amount.Value;
                    break;
                case Effect.Allowance a:
                    Assert.Equal((token, a.Amount.Value), (a.Asset, Number(result.GetProperty("allowance"))));
                    break;
                default:
                    Assert.Fail($"{sent.Name}: {effect}");
                    break;
            }
        }
        foreach (var (name, expected) in ((string, Dictionary<string, BigInteger>)[])[("coin", coin), ("tokens", tokens)])
        {
            var seen = result.GetProperty(name).EnumerateObject().ToDictionary(h => h.Name, h => Number(h.Value));
            Assert.True(expected.Count == seen.Count && expected.All(e => seen[e.Key] == e.Value), $"{sent.Name}: {name} moved {result.GetProperty(name)}");
        }
    }

    private static BigInteger Number(JsonElement text) => BigInteger.Parse(text.GetString()!, System.Globalization.CultureInfo.InvariantCulture);
}
