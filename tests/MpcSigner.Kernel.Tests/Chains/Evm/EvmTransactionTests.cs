using System.Numerics;
using MpcSigner.Chains;
using MpcSigner.Chains.Encoding;
using MpcSigner.Chains.Evm;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using Xunit;
using static MpcSigner.Kernel.Tests.Chains.Evm.EvmBuilder;

namespace MpcSigner.Kernel.Tests.Chains.Evm;

/// <summary>What is refused, each with the rule it breaks; what stands at the edge and is accepted.</summary>
public class EvmTransactionTests
{
    private const string Receiver = "0x2222222222222222222222222222222222222222";

    private static readonly byte[] Key = EvmVectors.All[0].PublicKey;
    private static readonly string Sender = EvmVectors.All[0].From;
    private static readonly BigInteger Beyond = BigInteger.One << 256;

    private static SigningIntent Intent(EvmBuilder transaction) => EvmPayload.Decode(transaction.Build(), Key).Intent;

    private static void Rejects(string why, byte[] payload)
    {
        var error = EvmPayload.Refused(payload, Key);
        Assert.Equal(Reason.PayloadMalformed, error.Reason);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("Not an unsigned Ethereum transaction: ", error.Message, StringComparison.Ordinal);
    }

    private static void Rejects(string why, EvmBuilder transaction) => Rejects(why, transaction.Build());

    [Fact]
    public void A_payment_is_read_in_every_format()
    {
        var expected = new Effect.Transfer("native", Sender, Receiver, new(7));
        foreach (var (transaction, chain, domain, terms) in ((EvmBuilder, string, string, string)[])
        [
            (Old, "evm:any", "every chain (no chain id: EIP-155 is not used), nonce 5", "legacy: gas limit 21000 at 10"),
            (ReplayProtected, "evm:1", "chain id 1, nonce 5", "legacy: gas limit 21000 at 10"),
            (Type1, "evm:1", "chain id 1, nonce 5", "EIP-2930: gas limit 21000 at 10"),
            (Type2, "evm:1", "chain id 1, nonce 5", "EIP-1559: gas limit 21000 at most 10, of it priority fee at most 2"),
        ])
        {
            var intent = Intent(transaction);
            Assert.Equal([expected], intent.Effects);
            Assert.Equal((chain, domain, terms, new Amount(210_000)), (intent.Chain, intent.ReplayDomain, intent.Terms, intent.MaxFee));
            Assert.Equal([Sender], intent.Signers);
        }
    }

    /// <summary>Each item in an encoding that means the same to a lenient reader.</summary>
    [Fact]
    public void Rejects_every_item_that_is_not_in_its_one_encoding()
    {
        var refused = 0;
        foreach (var names in EvmBuilder.Each.Select(b => b.Names.ToList()).Index())
        {
            foreach (var name in names.Item.Where(n => n != "accessList"))
            {
                EvmBuilder Fresh() => EvmBuilder.Each.ElementAt(names.Index);
                Rejects("long form of a length", Fresh().With(name, [0xb8, 1, 9]));
                Rejects("a length with a leading zero byte", Fresh().With(name, [0xb9, 0, 56, .. new byte[56]]));
                Rejects("does not stand for itself", Fresh().With(name, [0x81, 9]));
                Rejects("is a list, and a string belongs here", Fresh().With(name, [0xc0]));
                refused += 4;
                if (name is "to" or "data")
                    continue;
                Rejects("leading zero byte", Fresh().With(name, [0x00]));
                Rejects("leading zero byte", Fresh().With(name, [0x82, 0, 9]));
                Rejects("beyond 256 bits", Fresh().With(name, Number(Beyond)));
                refused += 3;
            }
        }
        Assert.Equal(4 * (6 + 9 + 7 + 8) + 3 * (4 + 7 + 5 + 6), refused);
    }

    [Fact]
    public void Rejects_bytes_before_behind_and_between()
    {
        foreach (var builder in EvmBuilder.Each)
        {
            var whole = builder.Build();
            Rejects("follow the end of the transaction", [.. whole, 0]);
            Rejects("it begins with byte 0x00", [0, .. whole]);
            var more = whole[0] < 0xc0 ? "signed transaction has three items more" : "";
            builder.Items.Add(Number(1));
            Rejects(more, builder);
            builder.Items.RemoveAt(builder.Items.Count - 1);
            builder.Items.RemoveAt(builder.Items.Count - 1);
            if (builder.Items.Count != 5)
                Rejects("is missing", builder);
            builder.Items.Clear();
            Rejects("is missing", builder);
        }
        Rejects("data at byte", new EvmBuilderWithout("data").Build());
        Rejects("it is empty", []);
    }

    /// <summary>The old format with its last item gone.</summary>
    private sealed class EvmBuilderWithout(string name)
    {
        public byte[] Build() => RlpWriter.List([.. Old.Names.Where(n => n != name).SelectMany(n => Old.Items[Old.Names.ToList().IndexOf(n)])]);
    }

    [Theory]
    [InlineData(0x03)]
    [InlineData(0x04)]
    [InlineData(0x00)]
    [InlineData(0x7f)]
    [InlineData(0x80)]
    [InlineData(0xbf)]
    public void Rejects_types_that_are_not_known(byte type)
    {
        var payload = Type2.Build();
        payload[0] = type;
        Rejects($"it begins with byte 0x{type:x2}", payload);
    }

    [Fact]
    public void Rejects_the_outer_list_in_another_encoding()
    {
        byte[] items = [.. Old.Items.SelectMany(i => i)];
        Assert.True(items.Length < 56);
        Rejects("long form of a length", [0xf8, (byte)items.Length, .. items]);
        Rejects("says", [(byte)(0xc0 + items.Length + 1), .. items]);
        Rejects("", [(byte)(0xc0 + items.Length - 1), .. items]);
        Rejects("it begins with byte", RlpWriter.String(items));
        Rejects("is a string, and a list belongs here", [2, .. RlpWriter.String(items)]);
        Rejects("is missing", [2]);
    }

    [Fact]
    public void Chain_ids_are_1_to_their_bound()
    {
        foreach (var builder in EvmBuilder.Each.Where(b => b.Has("chainId")).ToList())
        {
            Assert.Equal($"evm:{EvmChain.MaxId}", Intent(builder.With("chainId", Number(EvmChain.MaxId))).Chain);
            Rejects("chain id 0 is not one", builder.With("chainId", Number(0)));
            Rejects("is not one: 1..9223372036854775771 are", builder.With("chainId", Number((BigInteger)EvmChain.MaxId + 1)));
            Rejects("is not one", builder.With("chainId", Number(Beyond - 1)));
        }
    }

    [Fact]
    public void Nonces_end_before_the_last_of_64_bits()
    {
        foreach (var builder in EvmBuilder.Each.ToList())
        {
            Assert.EndsWith("nonce 18446744073709551614", Intent(builder.With("nonce", Number(ulong.MaxValue - 1))).ReplayDomain, StringComparison.Ordinal);
            Rejects("is above 2^64-2", builder.With("nonce", Number(ulong.MaxValue)));
        }
    }

    [Fact]
    public void The_fee_is_exact_up_to_256_bits()
    {
        foreach (var builder in EvmBuilder.Each.ToList())
        {
            var price = builder.Has("gasPrice") ? "gasPrice" : "maxFee";
            builder.With("gasLimit", Number(BigInteger.One << 128)).With(price, Number((BigInteger.One << 128) - 1));
            Assert.Equal(new Amount(Beyond - (BigInteger.One << 128)), Intent(builder).MaxFee);
            Rejects("costs 2^256 or more", builder.With(price, Number(BigInteger.One << 128)));
            Rejects("costs 2^256 or more", builder.With("gasLimit", Number(Beyond - 1)).With(price, Number(Beyond - 1)));
            Assert.Equal(new Amount(Beyond - 1), Intent(builder.With("gasLimit", Number(1))).MaxFee);
            Assert.Equal(new Amount(0), Intent(builder.With("gasLimit", Number(0))).MaxFee);
        }
    }

    [Fact]
    public void The_priority_fee_is_at_most_the_fee()
    {
        Assert.Equal([Sender], Intent(Type2.With("maxPriorityFee", Number(10))).Signers);
        Rejects("maxPriorityFeePerGas 11 is above maxFeePerGas 10", Type2.With("maxPriorityFee", Number(11)));
    }

    [Fact]
    public void Values_go_up_to_256_bits() =>
        Assert.Equal([new Effect.Transfer("native", Sender, Receiver, new(Beyond - 1))], Intent(Type2.With("value", Number(Beyond - 1))).Effects);

    [Theory]
    [InlineData(1)]
    [InlineData(19)]
    [InlineData(21)]
    [InlineData(32)]
    public void Rejects_addresses_of_another_length(int length)
    {
        foreach (var builder in EvmBuilder.Each)
            Rejects($"has {length} bytes; an address has 20", builder.With("to", Text([.. Enumerable.Repeat((byte)0x99, length)])));
    }

    [Fact]
    public void Rejects_signed_transactions()
    {
        Rejects("a signed transaction, and an unsigned one belongs here", ReplayProtected.With("zero1", Number(1)));
        Rejects("a signed transaction, and an unsigned one belongs here", ReplayProtected.With("zero2", Number(1)));
        var refused = 0;
        foreach (var vector in EvmVectors.All)
        {
            EvmPayload.Refused(vector.Signed, vector.PublicKey);
            refused++;
        }
        Assert.Equal(EvmVectors.Count, refused);
    }

    [Fact]
    public void Access_lists_are_read_and_shown()
    {
        var entry = Access(To, new byte[32], [.. Enumerable.Repeat((byte)1, 32)]);
        foreach (var builder in (EvmBuilder[])[Type1, Type2])
        {
            var intent = Intent(builder.With("accessList", List(entry, entry, Access(To))));
            Assert.Contains("access list of 3 addresses with 4 storage keys, Keccak-256 0x", intent.Terms, StringComparison.Ordinal);
            Assert.NotEqual(intent.Terms, Intent(builder.With("accessList", List(entry, Access(To), entry))).Terms);
        }
    }

    [Fact]
    public void Rejects_access_lists_that_are_malformed()
    {
        var key = new byte[32];
        foreach (var (list, why) in ((byte[], string)[])
        [
            (Text([]), "the access list at byte"),
            (Text([1]), "is a string, and a list belongs here"),
            (List(Text(To)), "an access list entry at byte"),
            (List(List()), "the address of an access list entry at byte"),
            (List(List(Text(To))), "the storage keys of an access list entry at byte"),
            (List(List(Text(To), Text(key))), "is a string, and a list belongs here"),
            (List(List(Text(To), List(), List())), "holds 1 bytes more than belong there"),
            (List(Access([.. To, 1])), "has 21 bytes, and 20 belong here"),
            (List(Access(To[1..])), "has 19 bytes, and 20 belong here"),
            (List(Access([])), "has 0 bytes, and 20 belong here"),
            (List(Access(To, key[1..])), "has 31 bytes, and 32 belong here"),
            (List(Access(To, [.. key, 1])), "has 33 bytes, and 32 belong here"),
            (List(Access(To, key, [])), "has 0 bytes, and 32 belong here"),
            (List(List(Text(To), List(List(Text(key))))), "is a list, and a string belongs here"),
            ([0xf8, 1, 0xc0], "long form of a length"),
            ([0xf9, 0, 60, .. new byte[60]], "leading zero byte"),
            ([0xc1, 0xc1], "says 1 bytes, but only 0 follow"),
        ])
        {
            foreach (var builder in (EvmBuilder[])[Type1, Type2])
                Rejects(why, builder.With("accessList", list));
        }
    }

    [Fact]
    public void Rejects_access_lists_beyond_the_bound_of_items()
    {
        // The transaction and its 9 items; then 3 a piece: entry, address, keys.
        const int entries = (RlpReader.MaxItems - 10) / 3;
        Assert.Equal(RlpReader.MaxItems, 10 + 3 * entries);
        byte[] Entries(int count, params byte[][] keys) => List([.. Enumerable.Repeat(Access(To), count - 1), Access(To, keys)]);
        Assert.Contains($"{entries} addresses with 0 storage keys", Intent(Type2.With("accessList", Entries(entries))).Terms, StringComparison.Ordinal);
        Rejects("comes after 4096 items, more than are read", Type2.With("accessList", Entries(entries, new byte[32])));
        Rejects("comes after 4096 items, more than are read", Type1.With("accessList", Entries(5_000)));
    }

    [Fact]
    public void A_transfer_is_built_as_ethers_builds_it_and_never_beyond_a_bound()
    {
        var built = 0;
        foreach (var vector in EvmVectors.All.Where(v => v is { Type: 2, Data: [], To: not null } && v.AccessList.Count == 0))
        {
            Assert.True(EvmAddress.TryParse(vector.To, out var to, out _));
            Assert.Equal(vector.Unsigned, EvmTransferTransaction.Build(vector.ChainId!.Value, vector.Nonce, new(vector.MaxPriorityFee!.Value), new(vector.GasPrice), new(vector.GasLimit), to, new(vector.Value)));
            built++;
        }
        Assert.True(built >= 20, $"{built} plain transfers among the vectors");
        var (receiver, all) = (new EvmAddress(To), new Amount(Beyond - 1));
        Assert.Contains("chain id 0", Assert.Throws<ArgumentException>(() => EvmTransferTransaction.Build(0, 0, new(1), new(1), new(1), receiver, new(1))).Message, StringComparison.Ordinal);
        Assert.Contains("2^64-2", Assert.Throws<ArgumentException>(() => EvmTransferTransaction.Build(1, ulong.MaxValue, new(1), new(1), new(1), receiver, new(1))).Message, StringComparison.Ordinal);
        Assert.Contains("above", Assert.Throws<ArgumentException>(() => EvmTransferTransaction.Build(1, 0, new(2), new(1), new(1), receiver, new(1))).Message, StringComparison.Ordinal);
        Assert.Contains("2^256", Assert.Throws<ArgumentException>(() => EvmTransferTransaction.Build(1, 0, new(2), all, new(2), receiver, new(1))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Suite.EcdsaP256)]
    [InlineData(Suite.FrostEd25519)]
    [InlineData(Suite.FrostSecp256k1)]
    [InlineData(Suite.FrostSecp256k1Taproot)]
    public void Rejects_keys_of_every_other_suite(Suite suite)
    {
        foreach (var kind in (PayloadKind[])[PayloadKind.EvmTransaction, PayloadKind.EvmMessage])
        {
            Assert.False(PayloadDecoder.TryDecode(kind, Type2.Build(), suite, Key, out _, out var error));
            Assert.Equal((Reason.PayloadKindNotAllowed, $"Ethereum payloads are signed with ECDSA on secp256k1; this key is of suite {suite}."), (error.Reason, error.Message));
        }
    }

    [Fact]
    public void Rejects_payloads_beyond_their_bound_and_empty_messages()
    {
        var large = Type2.With("data", Text(new byte[RequestAction.Sign.MaxPayloadBytes])).Build();
        Assert.Equal(Reason.PayloadTooLarge, EvmPayload.Refused(large, Key).Reason);
        Assert.Equal(Reason.PayloadMalformed, EvmPayload.Refused([], Key, PayloadKind.EvmMessage).Reason);
        Assert.IsType<Effect.Opaque>(Intent(Type2.With("value", Number(0)).With("data", Text(new byte[RequestAction.Sign.MaxPayloadBytes - 200]))).Effects[0]);
    }
}
