using System.Buffers.Binary;
using System.Numerics;

namespace MpcSigner.Chains.Hashing;

/// <summary>Keccak-256 as Ethereum uses it: the sponge of FIPS 202 with rate 136, but Keccak's first padding (0x01 … 0x80) and not SHA-3's (0x06 … 0x80).</summary>
/// <remarks>.NET has SHA-3 only, and only where OpenSSL has it. For public values; takes no branch on them all the same.</remarks>
public static class Keccak256
{
    public const int Size = 32;

    private const int Lanes = 25;
    private const int Rate = 136;
    private const byte FirstPadding = 0x01;
    private const byte LastPadding = 0x80;

    /// <summary>FIPS 202 §3.2.5, ι.</summary>
    private static readonly ulong[] s_roundConstants =
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>FIPS 202 §3.2.2, ρ: how far each lane turns; lane (x, y) stands at x + 5y.</summary>
    private static readonly byte[] s_turns = [0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14];

    public static byte[] HashData(ReadOnlySpan<byte> data)
    {
        var hash = new byte[Size];
        HashData(data, hash);
        return hash;
    }

    /// <param name="hash">Exactly 32 bytes.</param>
    public static void HashData(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, Size, nameof(hash));
        Span<ulong> state = stackalloc ulong[Lanes];
        state.Clear();
        while (data.Length >= Rate)
        {
            Absorb(state, data[..Rate]);
            data = data[Rate..];
        }
        Span<byte> last = stackalloc byte[Rate];
        last.Clear();
        data.CopyTo(last);
        last[data.Length] ^= FirstPadding;
        last[^1] ^= LastPadding;
        Absorb(state, last);
        for (var i = 0; i < Size / sizeof(ulong); i++)
            BinaryPrimitives.WriteUInt64LittleEndian(hash[(i * sizeof(ulong))..], state[i]);
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (var i = 0; i < Rate / sizeof(ulong); i++)
            state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(i * sizeof(ulong))..]);
        Permute(state);
    }

    /// <summary>Keccak-f[1600] (FIPS 202 §3.3): 24 rounds of θ, ρ with π, χ, ι.</summary>
    private static void Permute(Span<ulong> a)
    {
        Span<ulong> c = stackalloc ulong[5];
        Span<ulong> b = stackalloc ulong[Lanes];
        foreach (var constant in s_roundConstants)
        {
            for (var x = 0; x < 5; x++)
                c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
            for (var x = 0; x < 5; x++)
            {
                var d = c[(x + 4) % 5] ^ BitOperations.RotateLeft(c[(x + 1) % 5], 1);
                for (var y = 0; y < Lanes; y += 5)
                    a[x + y] ^= d;
            }
            for (var x = 0; x < 5; x++)
            {
                for (var y = 0; y < 5; y++)
                    b[y + 5 * ((2 * x + 3 * y) % 5)] = BitOperations.RotateLeft(a[x + 5 * y], s_turns[x + 5 * y]);
            }
            for (var y = 0; y < Lanes; y += 5)
            {
                for (var x = 0; x < 5; x++)
                    a[x + y] = b[x + y] ^ (~b[(x + 1) % 5 + y] & b[(x + 2) % 5 + y]);
            }
            a[0] ^= constant;
        }
    }
}
