using System.Buffers.Binary;
using System.Security.Cryptography;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Simulation.Host;

/// <summary>Randomness that a seed determines: SHA-256 over (seed, counter). For tests only.</summary>
public sealed class SeededSource(string seed) : IRandomSource
{
    private readonly byte[] _seed = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(seed));
    private ulong _counter;

    private SeededSource(byte[] seed, ulong counter) : this("") => (_seed, _counter) = (seed, counter);

    /// <summary>Told of every piece that is drawn.</summary>
    public Action<ReadOnlyMemory<byte>>? Drawn { get; set; }

    /// <summary>A second source that goes on exactly where this one stands.</summary>
    public SeededSource Fork() => new(_seed, _counter);

    public void Fill(Span<byte> destination)
    {
        Span<byte> input = stackalloc byte[40];
        Span<byte> block = stackalloc byte[32];
        _seed.CopyTo(input);
        for (var filled = 0; filled < destination.Length; filled += block.Length)
        {
            BinaryPrimitives.WriteUInt64BigEndian(input[32..], _counter++);
            SHA256.HashData(input, block);
            block[..Math.Min(block.Length, destination.Length - filled)].CopyTo(destination[filled..]);
        }
        Drawn?.Invoke(destination.ToArray());
    }

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }

    /// <summary>0..<paramref name="below"/> − 1; the bias of the remainder does not matter here.</summary>
    public int Below(int below) => (int)(BinaryPrimitives.ReadUInt32BigEndian(Bytes(4)) % (uint)below);
}
