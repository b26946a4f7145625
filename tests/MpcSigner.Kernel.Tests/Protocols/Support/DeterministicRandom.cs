using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Kernel.Tests.Protocols.Support;

/// <summary>A random source that gives the same bytes for the same seed and label: SHA-256(seed ‖ "/" ‖ label ‖ u64 counter), block after block, each call beginning a new block.</summary>
/// <remarks>For tests only. Frozen transcripts depend on this construction.</remarks>
internal sealed class DeterministicRandom(string seed, string label) : IRandomSource
{
    private readonly byte[] _prefix = Encoding.UTF8.GetBytes($"{seed}/{label}");
    private ulong _counter;

    public void Fill(Span<byte> destination)
    {
        Span<byte> block = stackalloc byte[SHA256.HashSizeInBytes];
        var input = new byte[_prefix.Length + 8];
        _prefix.CopyTo(input, 0);
        while (!destination.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64BigEndian(input.AsSpan(_prefix.Length), _counter++);
            SHA256.HashData(input, block);
            var count = Math.Min(block.Length, destination.Length);
            block[..count].CopyTo(destination);
            destination = destination[count..];
        }
    }

    /// <summary>A number below <paramref name="bound"/>, for orders of arrival.</summary>
    public int Next(int bound)
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        return (int)(BinaryPrimitives.ReadUInt64BigEndian(bytes) % (ulong)bound);
    }
}
