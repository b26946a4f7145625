using System.Buffers.Binary;
using System.Text;
using MpcSigner.Core.Intents;

namespace MpcSigner.Chains.Solana;

/// <summary>
/// One instruction to its effect. Understood is only the exact form that the chain's own libraries make: exact data length, exact accounts, the
/// roles (signer, writable) that the program needs. Anything else, also what the runtime would tolerate, is opaque.
/// </summary>
internal static class SolanaInstructionDecoder
{
    public const string NativeAsset = "SOL";

    private const uint SystemTransfer = 2;
    private const byte TokenTransfer = 3;
    private const byte TokenTransferChecked = 12;
    private const byte AssociatedCreate = 0;
    private const byte AssociatedCreateIdempotent = 1;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Null for an instruction that only sets the fee, which <see cref="SolanaFee"/> reads.</summary>
    public static Effect? Decode(SolanaMessage message, int index)
    {
        var instruction = message.Instructions[index];
        var program = message.StaticAccounts[instruction.Program];
        if (instruction.Accounts.Any(a => !message.IsStatic(a)))
            return Opaque(program, instruction, "it uses accounts of a lookup table");
        if (program == SolanaPrograms.ComputeBudget)
            return SolanaFee.TryReadBudget(instruction, out _, out _) ? null : Opaque(program, instruction, "not one of its known forms");
        if (program == SolanaPrograms.System)
            return System(message, instruction);
        if (program == SolanaPrograms.Token)
            return Token(message, instruction);
        if (program == SolanaPrograms.AssociatedToken)
            return AssociatedToken(message, instruction);
        if (program == SolanaPrograms.MemoV1 || program == SolanaPrograms.MemoV2)
            return Memo(message, instruction, program);
        return Opaque(program, instruction, "not a program this release understands");
    }

    /// <summary>u32 2 ‖ u64 lamports; from (signs, writable), to (writable).</summary>
    private static Effect System(SolanaMessage message, SolanaInstruction instruction)
    {
        var data = instruction.Data.Span;
        if (data.Length < sizeof(uint))
            return Opaque(SolanaPrograms.System, instruction, "it names no instruction");
        var tag = BinaryPrimitives.ReadUInt32LittleEndian(data);
        if (tag != SystemTransfer || data.Length != sizeof(uint) + sizeof(ulong) || instruction.Accounts is not [var from, var to]
            || !message.IsSigner(from) || !message.IsWritable(from) || !message.IsWritable(to))
            return Opaque(SolanaPrograms.System, instruction, $"instruction {tag}, not a plain transfer");
        return Transfer(message, NativeAsset, from, to, BinaryPrimitives.ReadUInt64LittleEndian(data[sizeof(uint)..]));
    }

    /// <summary>Transfer: u8 3 ‖ u64 amount; source, destination (writable), authority (signs). TransferChecked: u8 12 ‖ u64 amount ‖ u8 decimals, with the mint after the source.</summary>
    /// <remarks>A multisig authority does not sign itself but lists its signers after it: opaque. Transfer does not say of which mint it is.</remarks>
    private static Effect Token(SolanaMessage message, SolanaInstruction instruction)
    {
        var data = instruction.Data.Span;
        if (data.IsEmpty)
            return Opaque(SolanaPrograms.Token, instruction, "it names no instruction");
        int source, destination, authority;
        string asset;
        switch (data[0], data.Length, instruction.Accounts)
        {
            case (TokenTransfer, 1 + sizeof(ulong), [var s, var d, var a]):
                (source, destination, authority, asset) = (s, d, a, Effect.UnknownAsset);
                break;
            case (TokenTransferChecked, 1 + sizeof(ulong) + 1, [var s, var mint, var d, var a]):
                (source, destination, authority, asset) = (s, d, a, message.StaticAccounts[mint].ToString());
                break;
            default:
                return Opaque(SolanaPrograms.Token, instruction, $"instruction {data[0]}, not a plain transfer");
        }
        if (!message.IsWritable(source) || !message.IsWritable(destination) || !message.IsSigner(authority))
            return Opaque(SolanaPrograms.Token, instruction, $"instruction {data[0]} with other roles than a transfer's");
        return Transfer(message, asset, source, destination, BinaryPrimitives.ReadUInt64LittleEndian(data[1..]));
    }

    /// <summary>No data, 0 (create) or 1 (create idempotent); payer (signs, writable), account (writable), owner, mint, system program, token program, and before 2022 the rent sysvar.</summary>
    /// <remarks>The program itself refuses an account that is not derived from owner, token program and mint, so the account's address needs no derivation here.</remarks>
    private static Effect AssociatedToken(SolanaMessage message, SolanaInstruction instruction)
    {
        var accounts = instruction.Accounts;
        var known = instruction.Data.Span is [] or [AssociatedCreate] or [AssociatedCreateIdempotent];
        if (!known || accounts.Count is not (6 or 7)
            || message.StaticAccounts[accounts[4]] != SolanaPrograms.System || message.StaticAccounts[accounts[5]] != SolanaPrograms.Token
            || (accounts.Count == 7 && message.StaticAccounts[accounts[6]] != SolanaPrograms.RentSysvar)
            || !message.IsSigner(accounts[0]) || !message.IsWritable(accounts[0]) || !message.IsWritable(accounts[1]))
            return Opaque(SolanaPrograms.AssociatedToken, instruction, "not a plain create for the token program");
        return new Effect.OpenAccount(
            Asset: message.StaticAccounts[accounts[3]].ToString(),
            Owner: message.StaticAccounts[accounts[2]].ToString(),
            Account: message.StaticAccounts[accounts[1]].ToString(),
            Payer: message.StaticAccounts[accounts[0]].ToString());
    }

    /// <summary>UTF-8 text; every account listed must sign.</summary>
    private static Effect Memo(SolanaMessage message, SolanaInstruction instruction, SolanaAddress program)
    {
        if (instruction.Accounts.Any(a => !message.IsSigner(a)))
            return Opaque(program, instruction, "a memo of accounts that do not sign");
        try
        {
            return new Effect.Memo(s_strictUtf8.GetString(instruction.Data.Span));
        }
        catch (DecoderFallbackException)
        {
            return Opaque(program, instruction, "its text is not UTF-8");
        }
    }

    private static Effect.Transfer Transfer(SolanaMessage message, string asset, int source, int destination, ulong amount) =>
        new(asset, message.StaticAccounts[source].ToString(), message.StaticAccounts[destination].ToString(), new(amount));

    private static Effect.Opaque Opaque(SolanaAddress program, SolanaInstruction instruction, string why) =>
        new($"{SolanaPrograms.NameOf(program)}: {why} ({instruction.Data.Length} bytes of data, {instruction.Accounts.Count} accounts)");
}
