using System.Buffers.Binary;
using MpcSigner.Core.Encodings;

namespace MpcSigner.Chains.Solana;

/// <summary>Builds the message of a plain transfer of SOL, paid for by its sender: legacy format, one instruction.</summary>
public static class SolanaTransferMessage
{
    /// <param name="lamports">10⁻⁹ SOL each.</param>
    /// <param name="blockhash">A recent one of the cluster the transaction is for: 32 bytes, written like an address.</param>
    /// <exception cref="ArgumentException">The destination or the sender is the system program: such a message would list an account twice.</exception>
    public static byte[] Build(SolanaAddress from, SolanaAddress to, ulong lamports, SolanaAddress blockhash)
    {
        if (from == SolanaPrograms.System)
            throw new ArgumentException("the system program cannot send", nameof(from));
        if (to == SolanaPrograms.System)
            throw new ArgumentException("the system program cannot receive", nameof(to));

        var toSelf = from == to;
        var message = new ByteWriter(256).U8(1).U8(0).U8(1); // one signer; the program is the one read-only account
        message.U8(toSelf ? (byte)2 : (byte)3).Bytes32(from.Value);
        if (!toSelf)
            message.Bytes32(to.Value);
        message.Bytes32(SolanaPrograms.System.Value).Bytes32(blockhash.Value);

        Span<byte> data = stackalloc byte[sizeof(uint) + sizeof(ulong)];
        BinaryPrimitives.WriteUInt32LittleEndian(data, 2);
        BinaryPrimitives.WriteUInt64LittleEndian(data[sizeof(uint)..], lamports);
        message.U8(1).U8(toSelf ? (byte)1 : (byte)2)
            .U8(2).U8(0).U8(toSelf ? (byte)0 : (byte)1)
            .U8((byte)data.Length).Bytes(data);
        return message.ToArray();
    }
}
