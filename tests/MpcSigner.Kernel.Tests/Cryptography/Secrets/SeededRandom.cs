using System.Buffers.Binary;
using System.Security.Cryptography;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets;

/// <summary>Bytes that follow from a seed: SHA-256 in counter mode. For tests only.</summary>
internal sealed class SeededRandom(int seed) : IRandomSource
{
    private long _counter;

    public void Fill(Span<byte> destination)
    {
        Span<byte> input = stackalloc byte[12], block = stackalloc byte[32];
        BinaryPrimitives.WriteInt32BigEndian(input, seed);
        while (!destination.IsEmpty)
        {
            BinaryPrimitives.WriteInt64BigEndian(input[4..], Interlocked.Increment(ref _counter));
            SHA256.HashData(input, block);
            var count = Math.Min(block.Length, destination.Length);
            block[..count].CopyTo(destination);
            destination = destination[count..];
        }
    }
}
