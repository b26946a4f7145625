using System.Numerics;
using System.Text.Json;
using MpcSigner.Core.Intents;

namespace MpcSigner.Kernel.Tests.Chains.Evm;

/// <summary>A transaction built and signed by ethers, and what it was built to do (tests/judges/evm/transactions.mjs).</summary>
/// <param name="ChainId">Null for a legacy transaction without EIP-155.</param>
internal sealed record EvmVector(
    string Name, int Type, ulong? ChainId, ulong Nonce, BigInteger GasLimit, BigInteger GasPrice, BigInteger? MaxPriorityFee, BigInteger MaxFee,
    string? To, BigInteger Value, byte[] Data, IReadOnlyList<(string Address, int Keys)> AccessList, IReadOnlyList<Effect> Effects,
    byte[] PublicKey, string From, byte[] Unsigned, byte[] Digest, byte[] Signature, byte[] Signed, string Hash)
{
    public string Chain => ChainId is { } id ? $"evm:{id}" : "evm:any";

    public static EvmVector Read(JsonElement v) => new(
        Text(v, "name"), v.GetProperty("type").GetInt32(), Text(v, "chainId") == "0" ? null : ulong.Parse(Text(v, "chainId")), ulong.Parse(Text(v, "nonce")),
        Number(v, "gasLimit"), Number(v, "gasPrice"), v.GetProperty("maxPriorityFee").GetString() is { } tip ? BigInteger.Parse(tip) : null, Number(v, "maxFee"),
        v.GetProperty("to").GetString(), Number(v, "value"), Hex(v, "data"),
        [.. v.GetProperty("accessList").EnumerateArray().Select(e => (Text(e, "address"), e.GetProperty("keys").GetInt32()))],
        [.. v.GetProperty("effects").EnumerateArray().Select(ReadEffect)],
        Hex(v, "publicKey"), Text(v, "from"), Hex(v, "unsigned"), Hex(v, "digest"), Hex(v, "signature"), Hex(v, "signed"), Text(v, "hash"));

    private static Effect ReadEffect(JsonElement e) => Text(e, "type") switch
    {
        "transfer" => new Effect.Transfer(Text(e, "asset"), Text(e, "source"), Text(e, "destination"), new(Number(e, "amount"))),
        "allowance" => new Effect.Allowance(Text(e, "asset"), Text(e, "owner"), Text(e, "spender"), new(Number(e, "amount"))),
        "opaque" => new Effect.Opaque(""),
        var other => throw new InvalidDataException("effect of type " + other),
    };

    private static string Text(JsonElement e, string name) => e.GetProperty(name).GetString()!;

    private static BigInteger Number(JsonElement e, string name) => BigInteger.Parse(Text(e, name));

    private static byte[] Hex(JsonElement e, string name) => Convert.FromHexString(Text(e, name));
}
