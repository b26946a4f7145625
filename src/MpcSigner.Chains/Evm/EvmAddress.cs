using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using MpcSigner.Chains.Hashing;
using MpcSigner.Cryptography.Groups.Secp256k1;

namespace MpcSigner.Chains.Evm;

/// <summary>A 20-byte account or contract address. Written with the checksum of EIP-55: the case of its letters.</summary>
public readonly record struct EvmAddress
{
    public const int Size = 20;

    /// <summary>"0x" and 40 digits.</summary>
    public const int TextLength = 2 + 2 * Size;

    public const string Prefix = "0x";

    private readonly ulong _high;
    private readonly ulong _middle;
    private readonly uint _low;

    /// <param name="bytes">Exactly 20 bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public EvmAddress(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"an address has {Size} bytes, not {bytes.Length}", nameof(bytes));
        _high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _middle = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _low = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>The account of a key on secp256k1: the last 20 bytes of Keccak-256(x ‖ y).</summary>
    /// <param name="publicKey">33 bytes, compressed.</param>
    /// <returns>False for bytes that are no such key.</returns>
    public static bool TryFromPublicKey(ReadOnlySpan<byte> publicKey, out EvmAddress address)
    {
        address = default;
        if (!Secp256k1Uncompressed.TryExpand(publicKey, out var point))
            return false;
        address = new(Keccak256.HashData(point.AsSpan(1))[^Size..]);
        return true;
    }

    /// <summary>Reads "0x" and 40 hexadecimal digits, all letters in lower case (no checksum) or in exactly the case of EIP-55.</summary>
    /// <param name="problem">For people; null when the answer is true.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out EvmAddress address, [NotNullWhen(false)] out string? problem)
    {
        address = default;
        problem = null;
        if (text is null || text.Length != TextLength || !text.StartsWith(Prefix, StringComparison.Ordinal) || !text.Skip(Prefix.Length).All(char.IsAsciiHexDigit))
        {
            problem = $"an Ethereum address is {Prefix} and {2 * Size} hexadecimal digits";
            return false;
        }
        var read = new EvmAddress(Convert.FromHexString(text.AsSpan(Prefix.Length)));
        if (text.Skip(Prefix.Length).Any(char.IsAsciiLetterUpper) && !string.Equals(text, read.ToString(), StringComparison.Ordinal))
        {
            problem = $"its checksum (EIP-55) is wrong: with the checksum of these digits it is {read}; check the digits, or write all letters in lower case";
            return false;
        }
        address = read;
        return true;
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), _middle);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(16), _low);
        return bytes;
    }

    /// <summary>EIP-55: a letter is upper case where the digit of Keccak-256(lower-case digits as ASCII) at its place is 8 or more.</summary>
    public override string ToString()
    {
        var digits = Convert.ToHexStringLower(ToArray());
        var hash = Keccak256.HashData(System.Text.Encoding.ASCII.GetBytes(digits));
        return string.Create(TextLength, (digits, hash), static (text, state) =>
        {
            Prefix.CopyTo(text);
            for (var i = 0; i < state.digits.Length; i++)
            {
                var nibble = i % 2 == 0 ? state.hash[i / 2] >> 4 : state.hash[i / 2] & 0xf;
                text[Prefix.Length + i] = nibble >= 8 ? char.ToUpperInvariant(state.digits[i]) : state.digits[i];
            }
        });
    }
}
