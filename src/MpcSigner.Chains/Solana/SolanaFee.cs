using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using MpcSigner.Core.Intents;

namespace MpcSigner.Chains.Solana;

/// <summary>
/// The most a message's fee payer can be charged:
/// 5,000 · required signatures + ⌈price · units / 10⁶⌉ lamports,
/// units = min(the limit asked for, or 200,000 · instructions where none is asked for; 1,400,000).
/// </summary>
/// <remarks>
/// Source: solana.com/docs/core/fees. Built-in programs get less than 200,000 units by default, so this is a bound and not the fee itself.
/// The 5,000 lamports are today's parameter of the chain and no part of the message.
/// Signatures that precompiles verify are charged too: a message that calls one, or a compute budget instruction that is not understood, has no bound.
/// </remarks>
internal static class SolanaFee
{
    public const ulong LamportsPerSignature = 5_000;
    public const uint DefaultUnitsPerInstruction = 200_000;
    public const uint MaxUnits = 1_400_000;
    public const uint MicroLamportsPerLamport = 1_000_000;

    /// <summary>False when two compute budget instructions set the same value: the network refuses such a transaction.</summary>
    /// <param name="fee">Null where the message does not bound it.</param>
    public static bool TryBound(SolanaMessage message, out Amount? fee, [NotNullWhen(false)] out string? problem)
    {
        fee = null;
        problem = null;
        var bounded = true;
        uint? limit = null;
        ulong price = 0;
        var set = new HashSet<ComputeBudgetKind>();
        foreach (var instruction in message.Instructions)
        {
            var program = message.StaticAccounts[instruction.Program];
            if (SolanaPrograms.SignatureVerifiers.Contains(program))
                bounded = false;
            if (program != SolanaPrograms.ComputeBudget)
                continue;
            if (!TryReadBudget(instruction, out var kind, out var value))
            {
                bounded = false;
                continue;
            }
            if (!set.Add(kind))
            {
                problem = $"two compute budget instructions set {kind}, which the network refuses";
                return false;
            }
            switch (kind)
            {
                case ComputeBudgetKind.UnitLimit:
                    limit = (uint)value;
                    break;
                case ComputeBudgetKind.UnitPrice:
                    price = value;
                    break;
                case ComputeBudgetKind.HeapFrame:
                case ComputeBudgetKind.LoadedAccountsDataSize:
                    break;
            }
        }
        if (!bounded)
            return true;

        var units = Math.Min(limit ?? (ulong)DefaultUnitsPerInstruction * (ulong)message.Instructions.Count, MaxUnits);
        var priority = (new BigInteger(price) * units + (MicroLamportsPerLamport - 1)) / MicroLamportsPerLamport;
        fee = new(priority + LamportsPerSignature * (ulong)message.Header.RequiredSignatures);
        return true;
    }

    /// <summary>False for anything but one of the four known forms, exact in length and without accounts.</summary>
    public static bool TryReadBudget(SolanaInstruction instruction, out ComputeBudgetKind kind, out ulong value)
    {
        kind = default;
        value = 0;
        var data = instruction.Data.Span;
        if (data.IsEmpty || instruction.Accounts.Count != 0)
            return false;
        kind = (ComputeBudgetKind)data[0];
        switch (kind)
        {
            case ComputeBudgetKind.HeapFrame:
            case ComputeBudgetKind.UnitLimit:
            case ComputeBudgetKind.LoadedAccountsDataSize:
                if (data.Length != 1 + sizeof(uint))
                    return false;
                value = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
                return true;
            case ComputeBudgetKind.UnitPrice:
                if (data.Length != 1 + sizeof(ulong))
                    return false;
                value = BinaryPrimitives.ReadUInt64LittleEndian(data[1..]);
                return true;
        }
        return false; // a tag that names no member
    }
}

/// <summary>First byte of a compute budget instruction.</summary>
internal enum ComputeBudgetKind : byte
{
    HeapFrame = 1,
    UnitLimit = 2,
    UnitPrice = 3,
    LoadedAccountsDataSize = 4,
}
