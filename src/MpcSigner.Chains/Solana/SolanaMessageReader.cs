using System.Diagnostics.CodeAnalysis;

namespace MpcSigner.Chains.Solana;

/// <summary>Reads a message exactly as Solana's runtime would accept it, and nothing looser: one encoding a value, no byte left over.</summary>
/// <remarks>
/// Sources: the transaction structure at solana.com/docs/core/transactions and the sanitisation rules of the runtime
/// (counts within the accounts, a writable fee payer, programs neither the fee payer nor looked up, no account twice).
/// </remarks>
internal ref struct SolanaMessageReader
{
    /// <summary>A transaction with its signatures is one packet; the message is smaller still.</summary>
    public const int MaxTransactionBytes = 1232;

    public const int SignatureSize = 64;

    /// <summary>Account indices are single bytes.</summary>
    public const int MaxAccounts = 256;

    /// <summary>The runtime executes at most this many instructions of a transaction.</summary>
    public const int MaxInstructions = 64;

    private const byte VersionFlag = 0x80;
    private const int CompactMaxBytes = 3;

    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;
    private string? _problem;

    private SolanaMessageReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>False with the reason, in words for people, when the bytes are not exactly one message.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SolanaMessage? message, [NotNullWhen(false)] out string? problem)
    {
        message = null;
        if (bytes.Length > MaxTransactionBytes)
        {
            problem = $"the message has {bytes.Length} bytes; a Solana transaction has at most {MaxTransactionBytes}";
            return false;
        }
        var reader = new SolanaMessageReader(bytes);
        message = reader.Read();
        problem = reader._problem ?? (message is null ? "the message cannot be read" : null);
        if (problem is not null)
            message = null;
        return message is not null;
    }

    private SolanaMessage? Read()
    {
        if (!Byte("header", out var first))
            return null;
        var isVersion0 = (first & VersionFlag) != 0;
        if (isVersion0)
        {
            var version = first & ~VersionFlag;
            if (version != 0)
                return Fail($"message version {version} is not known; legacy and version 0 are");
            if (!Byte("header", out first))
                return null;
        }
        if (!Byte("header", out var readonlySigners) || !Byte("header", out var readonlyOthers))
            return null;
        var header = new SolanaHeader(first, readonlySigners, readonlyOthers);

        if (!Compact("accounts", MaxAccounts, out var accountCount))
            return null;
        if (header.RequiredSignatures == 0)
            return Fail("the header asks for no signature");
        if (header.ReadonlySigners >= header.RequiredSignatures)
            return Fail("the header leaves no writable signer to pay the fee");
        if (header.RequiredSignatures + header.ReadonlyOthers > accountCount)
            return Fail($"the header counts {header.RequiredSignatures} signers and {header.ReadonlyOthers} read-only accounts, but only {accountCount} accounts follow");
        if (!TransactionFits(header))
            return null;

        var accounts = new List<SolanaAddress>(Math.Min(accountCount, MaxTransactionBytes / SolanaAddress.Size));
        var seen = new HashSet<SolanaAddress>();
        for (var i = 0; i < accountCount; i++)
        {
            if (!Address($"account {i}", out var account))
                return null;
            if (!seen.Add(account))
                return Fail($"account {account} is listed twice");
            accounts.Add(account);
        }

        if (!Address("blockhash", out var blockhash) || !Instructions(out var instructions))
            return null;
        List<SolanaTableLookup> lookups = [];
        if (isVersion0 && !Lookups(accountCount, lookups))
            return null;
        if (_at != _bytes.Length)
            return Fail($"{_bytes.Length - _at} bytes follow the end of the message");

        var total = accountCount + lookups.Sum(l => l.Writable + l.Readonly);
        return Sane(instructions, accountCount, total)
            ? new SolanaMessage(isVersion0, header, accounts, blockhash, instructions, lookups)
            : null;
    }

    private bool TransactionFits(SolanaHeader header)
    {
        // Below 128 signatures their count takes one byte; more could not fit anyway.
        var size = 1 + header.RequiredSignatures * SignatureSize + _bytes.Length;
        if (size <= MaxTransactionBytes)
            return true;
        Fail($"with its {header.RequiredSignatures} signatures the transaction would have {size} bytes; at most {MaxTransactionBytes} are sent");
        return false;
    }

    private bool Instructions([NotNullWhen(true)] out List<SolanaInstruction>? instructions)
    {
        instructions = null;
        if (!Compact("instructions", MaxInstructions, out var count))
            return false;
        var read = new List<SolanaInstruction>(count);
        for (var i = 0; i < count; i++)
        {
            if (!Byte($"instruction {i}", out var program)
                || !Compact($"accounts of instruction {i}", MaxTransactionBytes, out var accountCount)
                || !Bytes($"accounts of instruction {i}", accountCount, out var accounts)
                || !Compact($"data of instruction {i}", MaxTransactionBytes, out var length)
                || !Bytes($"data of instruction {i}", length, out var data))
                return false;
            var indices = new int[accountCount];
            for (var a = 0; a < accountCount; a++)
                indices[a] = accounts[a];
            read.Add(new(program, indices, data.ToArray()));
        }
        instructions = read;
        return true;
    }

    private bool Lookups(int staticCount, List<SolanaTableLookup> lookups)
    {
        if (!Compact("table lookups", MaxAccounts, out var count))
            return false;
        var total = staticCount;
        for (var i = 0; i < count; i++)
        {
            if (!Address($"lookup table {i}", out var table)
                || !Compact($"writable indices of table {i}", MaxAccounts, out var writable)
                || !Bytes($"writable indices of table {i}", writable, out _)
                || !Compact($"read-only indices of table {i}", MaxAccounts, out var readOnly)
                || !Bytes($"read-only indices of table {i}", readOnly, out _))
                return false;
            if (writable + readOnly == 0)
            {
                Fail($"lookup table {table} is named but nothing is taken from it");
                return false;
            }
            total += writable + readOnly;
            lookups.Add(new(table, writable, readOnly));
        }
        if (total > MaxAccounts)
        {
            Fail($"{total} accounts in all; indices reach {MaxAccounts}");
            return false;
        }
        return true;
    }

    private bool Sane(List<SolanaInstruction> instructions, int staticCount, int totalCount)
    {
        for (var i = 0; i < instructions.Count; i++)
        {
            var instruction = instructions[i];
            if (instruction.Program == 0)
                Fail($"instruction {i} names the fee payer as its program");
            else if (instruction.Program >= staticCount)
                Fail($"instruction {i} names program {instruction.Program} of {staticCount} listed accounts");
            else if (instruction.Accounts.FirstOrDefault(a => a >= totalCount, -1) is >= 0 and var beyond)
                Fail($"instruction {i} names account {beyond} of {totalCount}");
        }
        return _problem is null;
    }

    private bool Byte(string what, out byte value)
    {
        var read = Bytes(what, 1, out var bytes);
        value = read ? bytes[0] : (byte)0;
        return read;
    }

    private bool Address(string what, out SolanaAddress address)
    {
        var read = Bytes(what, SolanaAddress.Size, out var bytes);
        address = read ? new(bytes) : default;
        return read;
    }

    private bool Bytes(string what, int count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (count > _bytes.Length - _at)
        {
            Fail($"the message ends inside {what}");
            return false;
        }
        bytes = _bytes.Slice(_at, count);
        _at += count;
        return true;
    }

    /// <summary>compact-u16: 7 bits a byte, least significant first, at most 3 bytes and 65,535, in the shortest form only.</summary>
    private bool Compact(string what, int max, out int value)
    {
        value = 0;
        for (var i = 0; i < CompactMaxBytes; i++)
        {
            if (!Byte($"the count of {what}", out var b))
                return false;
            value |= (b & 0x7f) << (7 * i);
            if ((b & 0x80) != 0)
                continue;
            if (i > 0 && b == 0)
                Fail($"the count of {what} is not in its shortest form");
            else if (value > max)
                Fail($"{value} {what}: at most {max}");
            return _problem is null;
        }
        Fail($"the count of {what} takes more than {CompactMaxBytes} bytes");
        return false;
    }

    private SolanaMessage? Fail(string problem)
    {
        _problem ??= problem;
        return null;
    }
}
