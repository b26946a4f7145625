using System.Text.Json;
using MpcSigner.Chains;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Kernel.Tests.Chains.Evm;
using Xunit;

namespace MpcSigner.Node.Tests.Evm;

/// <summary>Thousands of transactions that ethers draws, builds and signs: ours must read them alike, and ethers must take what we put together.</summary>
public sealed class EthersJudgeTests
{
    private const int Transactions = 3_000;

    /// <summary>In several processes: a judge's output is one text.</summary>
    private const int Draws = 3;

    [Fact]
    public async Task Random_transactions_are_read_alike_and_what_we_assemble_is_accepted()
    {
        var checkedAll = 0;
        var (allowances, opaque, replayable, listed) = (0, 0, 0, 0);
        for (var draw = 0; draw < Draws; draw++)
        {
            var drawn = await Judges.NodeAsync("evm/make-transactions.mjs", $"judge {draw}", $"{Transactions / Draws}");
            List<object> signed = [];
            foreach (var element in drawn.EnumerateArray())
            {
                var vector = EvmVector.Read(element);
                var assembled = EvmVectorChecks.Check(vector);
                signed.Add(new { raw = "0x" + Convert.ToHexStringLower(assembled.Bytes.Span), hash = assembled.Id, from = vector.From });
                allowances += vector.Effects.Count(e => e is Effect.Allowance);
                opaque += vector.Effects.Count(e => e is Effect.Opaque);
                replayable += vector.ChainId is null ? 1 : 0;
                listed += vector.AccessList.Count > 0 ? 1 : 0;
            }
            var verdict = await Judges.NodeReadingAsync("evm/verify-transactions.mjs", JsonSerializer.Serialize(new { transactions = signed, messages = Array.Empty<object>() }));
            Assert.Equal(0, verdict.GetProperty("wrong").GetArrayLength());
            checkedAll += verdict.GetProperty("transactions").GetInt32();
        }
        Assert.Equal(Transactions, checkedAll);
        Assert.True(allowances > 100 && opaque > 500 && replayable > 200 && listed > 300, $"{allowances} allowances, {opaque} opaque, {replayable} without chain id, {listed} with access list");
    }

    [Fact]
    public async Task Message_signatures_are_what_wallets_verify()
    {
        using var vectors = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Judges.Repository, "tests", "Vectors", "evm", "messages.json")));
        List<object> messages = [];
        foreach (var vector in vectors.RootElement.EnumerateArray())
        {
            byte[] Hex(string name) => Convert.FromHexString(vector.GetProperty(name).GetString()!);
            Assert.True(SignedPayload.TryAssemble(PayloadKind.EvmMessage, Hex("message"), Suite.EcdsaSecp256k1, Hex("publicKey"), Hex("signature"), out var signed, out var problem), problem);
            messages.Add(new { message = vector.GetProperty("message").GetString(), signature = "0x" + Convert.ToHexStringLower(signed!.Bytes.Span), from = vector.GetProperty("from").GetString() });
        }
        var verdict = await Judges.NodeReadingAsync("evm/verify-transactions.mjs", JsonSerializer.Serialize(new { transactions = Array.Empty<object>(), messages }));
        Assert.Equal(0, verdict.GetProperty("wrong").GetArrayLength());
        Assert.Equal(20, verdict.GetProperty("messages").GetInt32());
    }

    /// <summary>A judge that finds nothing wrong with anything would prove nothing.</summary>
    [Fact]
    public async Task The_judge_finds_what_is_wrong()
    {
        var drawn = await Judges.NodeAsync("evm/make-transactions.mjs", "wrong", "2");
        var (one, two) = (EvmVector.Read(drawn[0]), EvmVector.Read(drawn[1]));
        var raw = "0x" + Convert.ToHexStringLower(one.Signed);
        object[] transactions =
        [
            new { raw, hash = one.Hash, from = two.From },
            new { raw, hash = two.Hash, from = one.From },
            new { raw = raw + "00", hash = one.Hash, from = one.From },
            new { raw, hash = one.Hash, from = one.From },
        ];
        object[] messages = [new { message = "68656c6c6f", signature = "0x" + new string('1', 128) + "1b", from = one.From }];
        var verdict = await Judges.NodeReadingAsync("evm/verify-transactions.mjs", JsonSerializer.Serialize(new { transactions, messages }));
        Assert.Equal(4, verdict.GetProperty("wrong").GetArrayLength());
    }
}
