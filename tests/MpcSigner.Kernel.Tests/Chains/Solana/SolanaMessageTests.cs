using MpcSigner.Chains;
using MpcSigner.Chains.Solana;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains.Solana;

/// <summary>Bytes that are not exactly one message that the network would take.</summary>
public class SolanaMessageTests
{
    private static readonly byte[] Own = MessageBuilder.A(1);

    private static void Rejects(MessageBuilder message, string because) => Rejects(message.Build(), because);

    private static void Rejects(byte[] message, string because)
    {
        var error = SolanaPayload.Refused(message, Own);
        Assert.Equal(Reason.PayloadMalformed, error.Reason);
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.NextStep);
    }

    [Fact]
    public void The_builder_of_these_tests_makes_what_the_decoder_reads()
    {
        Assert.Single(SolanaPayload.Decode(new MessageBuilder().Build(), Own).Intent.Effects);
        Assert.Single(SolanaPayload.Decode(new MessageBuilder { Version = 0 }.Build(), Own).Intent.Effects);
    }

    [Fact]
    public void Rejects_every_proper_prefix_of_every_vector()
    {
        var tried = 0;
        foreach (var vector in SolanaVector.All.Take(100))
        {
            var key = SolanaPayload.Key(vector.Signers[0]);
            for (var length = 0; length < vector.Message.Length; length++, tried++)
                Assert.Equal(Reason.PayloadMalformed, SolanaPayload.Refused(vector.Message[..length], key).Reason);
        }
        Assert.True(tried > 20_000);
    }

    [Fact]
    public void Rejects_trailing_bytes()
    {
        foreach (var vector in SolanaVector.All)
        {
            foreach (var extra in (byte[][])[[0], [1], [0xff], [0, 0, 0]])
                Assert.Equal(Reason.PayloadMalformed, SolanaPayload.Refused([.. vector.Message, .. extra], SolanaPayload.Key(vector.Signers[0])).Reason);
        }
        Rejects([.. new MessageBuilder().Build(), 0], "1 bytes follow the end of the message");
    }

    [Fact]
    public void Rejects_a_whole_transaction_in_place_of_its_message()
    {
        foreach (var vector in SolanaVector.All)
            Assert.Equal(Reason.PayloadMalformed, SolanaPayload.Refused(vector.Transaction, SolanaPayload.Key(vector.Signers[0])).Reason);
    }

    [Fact]
    public void Rejects_oversize()
    {
        Assert.Equal(Reason.PayloadTooLarge, SolanaPayload.Refused(new byte[1233], Own).Reason);
        Assert.Equal(Reason.PayloadTooLarge, SolanaPayload.Refused(new byte[RequestAction.Sign.MaxPayloadBytes + 1], Own).Reason);

        // Message and one signature fill the packet to the last byte, or one more.
        var frame = new MessageBuilder { Instructions = [(2, [], [])] }.Build().Length + 2 + 1 + 64 - 1;
        var fits = new MessageBuilder { Instructions = [(2, [], new byte[1232 - frame])] };
        Assert.Equal(1232, fits.Build().Length + 65);
        Assert.NotNull(SolanaPayload.Decode(fits.Build(), Own));
        Rejects(new MessageBuilder { Instructions = [(2, [], new byte[1233 - frame])] }, "the transaction would have 1233 bytes");
    }

    [Fact]
    public void Rejects_counts_not_in_their_shortest_form()
    {
        var message = new MessageBuilder().Build();
        Assert.Equal(3, message[3]);
        Rejects([.. message[..3], 0x83, 0x00, .. message[4..]], "not in its shortest form");
        Rejects([.. message[..3], 0x83, 0x80, 0x00, .. message[4..]], "not in its shortest form");
        Rejects([.. message[..3], 0x83, 0x80, 0x80, 0x00, .. message[4..]], "more than 3 bytes");
        Rejects([.. message[..3], 0xff, 0xff, 0x7f, .. message[4..]], "2097151 accounts: at most 256");
        Rejects([.. message[..^13], 0x8c, 0x00, .. message[^12..]], "not in its shortest form");
    }

    [Fact]
    public void Rejects_headers_that_do_not_add_up()
    {
        Rejects(new MessageBuilder { Header = [0, 0, 1] }, "no signature");
        Rejects(new MessageBuilder { Header = [1, 1, 1] }, "no writable signer");
        Rejects(new MessageBuilder { Header = [1, 2, 1] }, "no writable signer");
        Rejects(new MessageBuilder { Header = [4, 0, 0] }, "only 3 accounts follow");
        Rejects(new MessageBuilder { Header = [1, 0, 3] }, "only 3 accounts follow");
        Rejects(new MessageBuilder { Header = [1, 0, 255] }, "only 3 accounts follow");
        Rejects(new MessageBuilder { Header = [1, 0, 0], Accounts = [] }, "only 0 accounts follow");
    }

    [Fact]
    public void Rejects_unknown_versions()
    {
        for (byte version = 1; version < 128; version++)
            Rejects(new MessageBuilder { Version = version }, $"version {version} is not known");
        // What wallets sign off the chain begins so: it must not pass for a transaction.
        Rejects([0xff, .. "solana offchain"u8, 0, 0, 5, 0, .. "hello"u8], "version 127 is not known");
    }

    [Fact]
    public void Rejects_an_account_listed_twice() =>
        Rejects(new MessageBuilder { Accounts = [MessageBuilder.A(1), MessageBuilder.A(1), MessageBuilder.System] }, "listed twice");

    [Fact]
    public void Rejects_programs_that_cannot_be_one()
    {
        Rejects(new MessageBuilder { Instructions = [(0, [0, 1], [])] }, "names the fee payer as its program");
        Rejects(new MessageBuilder { Instructions = [(3, [0, 1], [])] }, "names program 3 of 3 listed accounts");
        Rejects(new MessageBuilder { Version = 0, Instructions = [(3, [0, 1], [])], Lookups = [(MessageBuilder.A(9), [0], [])] }, "names program 3 of 3 listed accounts");
    }

    [Fact]
    public void Rejects_accounts_out_of_range()
    {
        Rejects(new MessageBuilder { Instructions = [(2, [0, 3], [])] }, "names account 3 of 3");
        Rejects(new MessageBuilder { Instructions = [(2, [0, 255], [])] }, "names account 255 of 3");
        Rejects(new MessageBuilder { Version = 0, Instructions = [(2, [0, 5], [])], Lookups = [(MessageBuilder.A(9), [0], [7])] }, "names account 5 of 5");
        Assert.NotNull(SolanaPayload.Decode(new MessageBuilder { Version = 0, Instructions = [(2, [0, 4], [])], Lookups = [(MessageBuilder.A(9), [0], [7])] }.Build(), Own));
    }

    [Fact]
    public void Rejects_lookups_of_nothing_and_of_too_much()
    {
        Rejects(new MessageBuilder { Version = 0, Lookups = [(MessageBuilder.A(9), [], [])] }, "nothing is taken from it");
        var all = Enumerable.Range(0, 253).Select(i => (byte)i).ToArray();
        Assert.NotNull(SolanaPayload.Decode(new MessageBuilder { Version = 0, Lookups = [(MessageBuilder.A(9), all, [])] }.Build(), Own));
        Rejects(new MessageBuilder { Version = 0, Lookups = [(MessageBuilder.A(9), all, [0])] }, "257 accounts in all");
    }

    [Fact]
    public void Rejects_more_instructions_than_are_executed()
    {
        Assert.NotNull(SolanaPayload.Decode(new MessageBuilder { Instructions = [.. Enumerable.Repeat(((byte)2, Array.Empty<byte>(), Array.Empty<byte>()), 64)] }.Build(), Own));
        Rejects(new MessageBuilder { Instructions = [.. Enumerable.Repeat(((byte)2, Array.Empty<byte>(), Array.Empty<byte>()), 65)] }, "65 instructions: at most 64");
    }

    [Fact]
    public void Rejects_a_transaction_that_asks_for_another_key()
    {
        var error = SolanaPayload.Refused(new MessageBuilder().Build(), MessageBuilder.A(2)); // the destination, which does not sign
        Assert.Equal(Reason.PayloadMalformed, error.Reason);
        Assert.Contains("does not ask for a signature of this key", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Suite.EcdsaSecp256k1)]
    [InlineData(Suite.EcdsaP256)]
    [InlineData(Suite.FrostSecp256k1)]
    [InlineData(Suite.FrostSecp256k1Taproot)]
    public void Rejects_keys_of_other_suites(Suite suite)
    {
        Assert.False(PayloadDecoder.TryDecode(PayloadKind.SolanaTransaction, new MessageBuilder().Build(), suite, Own, out _, out var error));
        Assert.Equal(Reason.PayloadKindNotAllowed, error.Reason);
    }

    [Fact]
    public void Rejects_assembly_with_missing_foreign_or_short_signatures()
    {
        var message = new MessageBuilder { Header = [2, 0, 1] }.Build();
        var a = new SolanaAddress(MessageBuilder.A(1));
        var b = new SolanaAddress(MessageBuilder.A(2));
        var stranger = new SolanaAddress(MessageBuilder.A(3));
        ReadOnlyMemory<byte> signature = new byte[64];
        string Problem(Dictionary<SolanaAddress, ReadOnlyMemory<byte>> signatures)
        {
            Assert.False(SolanaTransaction.TryAssemble(message, signatures, out var transaction, out var error));
            Assert.Null(transaction);
            return error.Message;
        }
        Assert.Contains($"signature of {b} is missing", Problem(new() { [a] = signature }), StringComparison.Ordinal);
        Assert.Contains($"no signature of {stranger}", Problem(new() { [a] = signature, [b] = signature, [stranger] = signature }), StringComparison.Ordinal);
        Assert.Contains("has 63 bytes", Problem(new() { [a] = signature, [b] = signature[1..] }), StringComparison.Ordinal);
        Assert.False(SolanaTransaction.TryAssemble([1, 2, 3], new Dictionary<SolanaAddress, ReadOnlyMemory<byte>>(), out _, out _));
        Assert.True(SolanaTransaction.TryAssemble(message, new Dictionary<SolanaAddress, ReadOnlyMemory<byte>> { [b] = signature, [a] = signature }, out _, out _));
    }
}
