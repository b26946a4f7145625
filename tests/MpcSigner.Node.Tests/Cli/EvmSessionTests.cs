using System.Text.Json;
using Google.Protobuf;
using MpcSigner.Node.Tests.Clients;
using Xunit;

namespace MpcSigner.Node.Tests.Cli;

/// <summary>Ethereum on the command line: what it builds, what it shows, and what it lets nobody have. ethers judges what comes out.</summary>
public sealed class EvmSessionTests : IAsyncLifetime
{
    private const string Transfer = """
        { "chainId": 31337, "nonce": 3, "to": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "value": "10000000000000000", "maxFeePerGas": 30000000000, "maxPriorityFeePerGas": "1000000000" }
        """;

    private FakeCluster _cluster = null!;
    private string _client = "";

    public async ValueTask InitializeAsync()
    {
        _cluster = await FakeCluster.StartAsync();
        _client = _cluster.WriteClientFolder();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Signs_transfers_transactions_and_messages_that_ethers_accepts()
    {
        var id = await MakeKey();
        List<object> transactions = [], messages = [];
        foreach (var path in new[] { "m", "0/7" })
        {
            var from = (await Run("address", "--key", id, "--chain", "ethereum", "--path", path)).Ends(0).Json.GetProperty("addresses")[0].GetProperty("address").GetString();
            var transfer = await Sign(id, path, "--evm-transfer", File("transfer.json", Transfer));
            Assert.Equal(from, Text(transfer, "sender"));
            Assert.Matches("^0x02[0-9a-f]+$", Text(transfer, "signed_transaction"));
            transactions.Add(new { raw = Text(transfer, "signed_transaction"), hash = Text(transfer, "transaction_id"), from });

            // The same bytes, given in hexadecimal and in a file.
            var unsigned = "0x" + Convert.ToHexStringLower(transfer.GetProperty("payload").GetBytesFromBase64());
            foreach (var given in new[] { unsigned, File("transaction.txt", unsigned + "\n") })
            {
                var again = await Sign(id, path, "--evm-transaction", given);
                transactions.Add(new { raw = Text(again, "signed_transaction"), hash = Text(again, "transaction_id"), from });
            }

            foreach (var (given, bytes) in new[] { ("Sign in ✓", "Sign in ✓"u8.ToArray()), ("@" + File("message.bin", "from a file"), "from a file"u8.ToArray()) })
            {
                var message = await Sign(id, path, "--evm-message", given);
                Assert.False(message.TryGetProperty("signed_transaction", out _));
                Assert.False(message.TryGetProperty("transaction_id", out _));
                messages.Add(new { message = Convert.ToHexStringLower(bytes), signature = Text(message, "message_signature"), from });
            }
        }
        var verdict = await Judges.NodeReadingAsync("evm/verify-transactions.mjs", JsonSerializer.Serialize(new { transactions, messages }));
        Assert.Equal("[]", verdict.GetProperty("wrong").GetRawText());
        Assert.Equal((6, 4), (verdict.GetProperty("transactions").GetInt32(), verdict.GetProperty("messages").GetInt32()));

        var text = (await CliRun.Of("sign", "--key", id, "--evm-transfer", File("transfer.json", Transfer), "--client", _client)).Ends(0).Output;
        Assert.Matches("(?m)^signed transaction  0x02[0-9a-f]+$", text);
        Assert.Matches("(?m)^transaction id      0x[0-9a-f]{64}$", text);
        Assert.Matches("(?m)^sender              0x[0-9a-fA-F]{40}$", text);
        Assert.Matches("(?m)^message signature   0x[0-9a-f]{130}$", (await CliRun.Of("sign", "--key", id, "--evm-message", "hello", "--client", _client)).Ends(0).Output);
    }

    /// <summary>A signature from which another sender would be recovered, or that the chain would not take, is no answer.</summary>
    [Theory]
    [InlineData(64, 1)]
    [InlineData(64, 2)]
    [InlineData(10, 1)]
    [InlineData(40, 1)]
    public async Task Ends_with_4_when_a_node_answers_with_another_signature(int at, byte flip)
    {
        var id = await MakeKey();
        foreach (var node in _cluster.Nodes)
        {
            node.OnSign = (request, _) =>
            {
                var answer = _cluster.Sign(request);
                var signature = answer.Signature.ToByteArray();
                signature[at] ^= flip;
                answer.Signature = ByteString.CopyFrom(signature);
                return Task.FromResult(answer);
            };
        }
        foreach (var what in new[] { new[] { "--evm-transfer", File("transfer.json", Transfer) }, ["--evm-message", "hello"] })
            Assert.Equal("NOT_VERIFIED", (await Run(["sign", "--key", id, .. what])).Ends(4).Reason);
    }

    [Theory]
    [InlineData("--evm-transaction", "0x")]
    [InlineData("--evm-transaction", "0x0")]
    [InlineData("--evm-transaction", "0xzz")]
    [InlineData("--evm-transaction", "no-such-file")]
    [InlineData("--evm-message", "@no-such-file")]
    public async Task Rejects_what_cannot_be_read(string option, string given)
    {
        (await Run("sign", "--key", await MakeKey(), option, given)).Ends(2);
        Assert.Single(_cluster.Nodes.SelectMany(n => n.Seen)); // the creation alone
    }

    [Theory]
    [InlineData("31337", "0", "is no address: its checksum", "0x70997970C51812dc3A010C7d01b50e0d17dc79c8", "1", "2", "1")]
    [InlineData("31337", "0", "to is no address", "8SFGo5pztjVVeZJ4aNQBHNB3FLMEuxsBhzMhRmFvHEbv", "1", "2", "1")]
    [InlineData("0", "0", "chain id 0 is not one", null, "1", "2", "1")]
    [InlineData("9223372036854775772", "0", "is not one", null, "1", "2", "1")]
    [InlineData("1", "18446744073709551615", "above 2^64-2", null, "1", "2", "1")]
    [InlineData("1", "18446744073709551616", "nonce is 2^64 or more", null, "1", "2", "1")]
    [InlineData("1", "0", "value is 2^256 or more", null, "115792089237316195423570985008687907853269984665640564039457584007913129639936", "2", "1")]
    [InlineData("1", "0", "value is not a whole number in digits", null, "1.5", "2", "1")]
    [InlineData("1", "0", "value is not a whole number in digits", null, "-1", "2", "1")]
    [InlineData("1", "0", "value is not a whole number in digits", null, "\"0x10\"", "2", "1")]
    [InlineData("1", "0", "is above maxFeePerGas", null, "1", "1", "2")]
    [InlineData("1", "0", "costs 2^256 or more", null, "1", "115792089237316195423570985008687907853269984665640564039457584007913129639935", "1")]
    [InlineData("1", "null", "nonce is not a whole number", null, "1", "2", "1")]
    public async Task Rejects_a_transfer_that_no_chain_would_take(string chainId, string nonce, string why, string? to, string value, string maxFee, string tip)
    {
        var file = File("bad.json", $$"""
            { "chainId": {{chainId}}, "nonce": {{nonce}}, "to": "{{to ?? "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"}}", "value": {{value}}, "maxFeePerGas": {{maxFee}}, "maxPriorityFeePerGas": {{tip}} }
            """);
        var error = (await Run("sign", "--key", await MakeKey(), "--evm-transfer", file)).Ends(2).Json.GetProperty("error");
        Assert.Contains(why, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("Write it so: ", error.GetProperty("next_step").GetString(), StringComparison.Ordinal);
    }

    private async Task<JsonElement> Sign(string id, string path, string option, string given)
    {
        var signed = (await Run("sign", "--key", id, "--path", path, option, given)).Ends(0).Json;
        Assert.True(signed.GetProperty("verified").GetBoolean());
        Assert.Equal(130, Text(signed, "signature").Length);
        return signed;
    }

    private static string Text(JsonElement document, string name) => document.GetProperty(name).GetString()!;

    private Task<CliRun> Run(params string[] args) => CliRun.Of([.. args, "--client", _client, "--output", "json"]);

    private async Task<string> MakeKey() =>
        (await Run("key", "create", "--threshold", "2", "--nodes", "3", "--suite", "ecdsa-secp256k1")).Ends(0).Json.GetProperty("keys")[0].GetProperty("id").GetString()!;

    private string File(string name, string text)
    {
        var path = Path.Combine(_cluster.Certificates.Directory, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}
