using MpcSigner.Chains.Solana;
using MpcSigner.Core.Intents;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains.Solana;

/// <summary>What is almost an instruction we understand is opaque, and a fee that is not understood is unbounded.</summary>
public class SolanaInstructionTests
{
    private static readonly byte[] Own = MessageBuilder.A(1);
    private static readonly byte[] Token = Program("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
    private static readonly byte[] Associated = Program("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
    private static readonly byte[] Memo = Program("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
    private static readonly byte[] Budget = Program("ComputeBudget111111111111111111111111111111");

    private static byte[] Program(string address) => SolanaPayload.Key(address);

    private static byte[] U64(ulong value) => BitConverter.GetBytes(value);

    private static byte[] U32(uint value) => BitConverter.GetBytes(value);

    /// <summary>Accounts: 0 own (signs), 1..4 writable, 5..7 read-only, then the program.</summary>
    private static SigningIntent Decode(byte[] program, byte[] accounts, byte[] data, params byte[][] readOnly) => SolanaPayload.Decode(new MessageBuilder
    {
        Header = [1, 0, (byte)(readOnly.Length + 1)],
        Accounts = [Own, MessageBuilder.A(2), MessageBuilder.A(3), MessageBuilder.A(4), MessageBuilder.A(5), .. readOnly, program],
        Instructions = [((byte)(5 + readOnly.Length), accounts, data)],
    }.Build(), Own).Intent;

    private static T Single<T>(SigningIntent intent) where T : Effect => Assert.IsType<T>(Assert.Single(intent.Effects));

    [Fact]
    public void System_transfer_only_in_its_exact_form()
    {
        var transfer = Single<Effect.Transfer>(Decode(MessageBuilder.System, [0, 1], MessageBuilder.TransferData(ulong.MaxValue)));
        Assert.Equal(("SOL", new SolanaAddress(Own).ToString(), new SolanaAddress(MessageBuilder.A(2)).ToString(), new Amount(ulong.MaxValue)),
            (transfer.Asset, transfer.Source, transfer.Destination, transfer.Amount));

        Single<Effect.Opaque>(Decode(MessageBuilder.System, [0, 1], [.. MessageBuilder.TransferData(7), 0])); // the runtime would let the extra byte pass
        Single<Effect.Opaque>(Decode(MessageBuilder.System, [0, 1], MessageBuilder.TransferData(7)[..^1]));
        Single<Effect.Opaque>(Decode(MessageBuilder.System, [0, 1, 2], MessageBuilder.TransferData(7)));
        Single<Effect.Opaque>(Decode(MessageBuilder.System, [0], MessageBuilder.TransferData(7)));
        Single<Effect.Opaque>(Decode(MessageBuilder.System, [1, 0], MessageBuilder.TransferData(7))); // the source does not sign
        Single<Effect.Opaque>(Decode(MessageBuilder.System, [0, 5], MessageBuilder.TransferData(7), MessageBuilder.A(6))); // a destination nobody may write
        Single<Effect.Opaque>(Decode(MessageBuilder.System, [0, 1], []));
        for (uint tag = 0; tag < 20; tag++)
        {
            if (tag != 2)
                Single<Effect.Opaque>(Decode(MessageBuilder.System, [0, 1], [.. U32(tag), .. U64(7)]));
        }
    }

    [Fact]
    public void Token_transfers_only_in_their_exact_form()
    {
        Assert.Equal("unknown", Single<Effect.Transfer>(Decode(Token, [1, 2, 0], [3, .. U64(9)])).Asset);
        var checkedTransfer = Single<Effect.Transfer>(Decode(Token, [1, 3, 2, 0], [12, .. U64(9), 6]));
        Assert.Equal((new SolanaAddress(MessageBuilder.A(4)).ToString(), new Amount(9)), (checkedTransfer.Asset, checkedTransfer.Amount));
        Assert.Equal(new SolanaAddress(MessageBuilder.A(3)).ToString(), checkedTransfer.Destination);

        Single<Effect.Opaque>(Decode(Token, [1, 2, 3], [3, .. U64(9)])); // the authority does not sign: a multisig, or a failure
        Single<Effect.Opaque>(Decode(Token, [1, 2, 0, 3], [3, .. U64(9)]));
        Single<Effect.Opaque>(Decode(Token, [1, 2, 0], [3, .. U64(9), 0]));
        Single<Effect.Opaque>(Decode(Token, [1, 2, 0], [12, .. U64(9), 6]));
        Single<Effect.Opaque>(Decode(Token, [1, 3, 2, 0], [12, .. U64(9)]));
        Single<Effect.Opaque>(Decode(Token, [], []));
        for (var tag = 0; tag < 256; tag++)
        {
            if (tag != 3)
                Single<Effect.Opaque>(Decode(Token, [1, 2, 0], [(byte)tag, .. U64(9)]));
        }
    }

    [Fact]
    public void Associated_accounts_only_for_the_token_program()
    {
        byte[] accounts = [0, 1, 5, 6, 7, 8];
        SigningIntent Create(byte[] data, byte[] token, byte[]? list = null, byte[]? system = null) =>
            Decode(Associated, list ?? accounts, data, MessageBuilder.A(6), MessageBuilder.A(7), system ?? MessageBuilder.System, token, Program("SysvarRent111111111111111111111111111111111"));
        foreach (var data in (byte[][])[[], [0], [1]])
        {
            var open = Single<Effect.OpenAccount>(Create(data, Token));
            Assert.Equal((new SolanaAddress(MessageBuilder.A(7)).ToString(), new SolanaAddress(MessageBuilder.A(6)).ToString(), new SolanaAddress(MessageBuilder.A(2)).ToString()),
                (open.Asset, open.Owner, open.Account));
        }
        Single<Effect.OpenAccount>(Create([], Token, [0, 1, 5, 6, 7, 8, 9])); // as it was made before 2022, with the rent sysvar
        Single<Effect.Opaque>(Create([], Token, [0, 1, 5, 6, 7, 8, 2]));
        Single<Effect.Opaque>(Create([2], Token)); // recover nested: moves tokens
        Single<Effect.Opaque>(Create([1, 0], Token));
        Single<Effect.Opaque>(Create([], Program("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")));
        Single<Effect.Opaque>(Create([], Token, [0, 1, 5, 6, 7]));
        Single<Effect.Opaque>(Create([], Token, [1, 0, 5, 6, 7, 8]));
        Single<Effect.Opaque>(Create([], Token, system: MessageBuilder.A(8)));
    }

    [Fact]
    public void Memos_are_text_of_signers()
    {
        Assert.Equal("hé", Single<Effect.Memo>(Decode(Memo, [0], "hé"u8.ToArray())).Text);
        Single<Effect.Opaque>(Decode(Memo, [1], "hé"u8.ToArray()));
        Single<Effect.Opaque>(Decode(Memo, [], [0xff]));
    }

    [Fact]
    public void An_instruction_that_touches_a_looked_up_account_is_opaque()
    {
        var intent = SolanaPayload.Decode(new MessageBuilder
        {
            Version = 0, Instructions = [(2, [0, 3], MessageBuilder.TransferData(7)), (2, [0, 1], MessageBuilder.TransferData(8))], Lookups = [(MessageBuilder.A(9), [0], [])],
        }.Build(), Own).Intent;
        Assert.Contains("lookup table", Assert.IsType<Effect.Opaque>(intent.Effects[0]).What, StringComparison.Ordinal);
        Assert.Equal(new Amount(8), Assert.IsType<Effect.Transfer>(intent.Effects[1]).Amount);
    }

    [Fact]
    public void The_fee_is_bounded_by_what_the_message_asks_for()
    {
        Amount? Fee(params byte[][] budget) => SolanaPayload.Decode(new MessageBuilder
        {
            Header = [1, 0, 2], Accounts = [Own, MessageBuilder.A(2), MessageBuilder.System, Budget],
            Instructions = [(2, [0, 1], MessageBuilder.TransferData(7)), .. budget.Select(data => ((byte)3, Array.Empty<byte>(), data))],
        }.Build(), Own).Intent.MaxFee;

        Assert.Equal(new Amount(5_000), Fee());
        Assert.Equal(new Amount(5_000), Fee([2, .. U32(1_400_000)])); // a limit costs nothing without a price
        Assert.Equal(new Amount(5_001), Fee([2, .. U32(1)], [3, .. U64(1)])); // rounded up
        Assert.Equal(new Amount(5_000 + 200_000 * 2), Fee([3, .. U64(1_000_000)])); // no limit asked for: 200,000 each of two instructions
        Assert.Equal(new Amount(5_000 + 1_400_000), Fee([2, .. U32(uint.MaxValue)], [3, .. U64(1_000_000)]));
        Assert.Equal(new Amount((System.Numerics.BigInteger)ulong.MaxValue * 14 / 10 + 5_000), Fee([2, .. U32(1_400_000)], [3, .. U64(ulong.MaxValue)]));
        Assert.Null(Fee([3, .. U64(1), 0]));
        Assert.Null(Fee([0, .. U32(1), .. U32(1)])); // the form withdrawn long ago, which named an additional fee
        Assert.Null(Fee([5]));
    }

    [Fact]
    public void Rejects_a_budget_set_twice()
    {
        foreach (var data in (byte[][])[[1, .. U32(1)], [2, .. U32(1)], [3, .. U64(1)], [4, .. U32(1)]])
        {
            var error = SolanaPayload.Refused(new MessageBuilder
            {
                Header = [1, 0, 1], Accounts = [Own, Budget], Instructions = [(1, [], data), (1, [], data)],
            }.Build(), Own);
            Assert.Contains("which the network refuses", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_message_without_effects_is_opaque()
    {
        Single<Effect.Opaque>(SolanaPayload.Decode(new MessageBuilder { Header = [1, 0, 0], Accounts = [Own], Instructions = [] }.Build(), Own).Intent);
        var budgetOnly = Decode(Budget, [], [2, .. U32(1)]);
        Single<Effect.Opaque>(budgetOnly);
        Assert.NotNull(budgetOnly.MaxFee);
    }
}
