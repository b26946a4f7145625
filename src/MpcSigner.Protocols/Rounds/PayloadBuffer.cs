using System.Collections.Concurrent;
using System.Numerics;
using System.Security.Cryptography;

namespace MpcSigner.Protocols.Rounds;

/// <summary>The clear bytes of one message on their way between a state and the session channel; wiped when disposed.</summary>
/// <remarks>
/// Round 2 of key generation carries dealt shares, so the array is pinned: the collector leaves no copies behind, and disposing wipes the only one.
/// It is the one place where secret bytes stand outside locked memory, and only between sealing or opening and the next transition.
/// It has one owner at a time, and nobody reads a span of it once it is disposed: wiped arrays are kept for the next message of their size: presigning would else allocate its 40 KB messages anew each time.
/// </remarks>
public sealed class PayloadBuffer : IDisposable
{
    private const int SmallestClass = 10, LargestClass = 21;

    /// <summary>Bytes of idle arrays kept of each size, powers of two from 1 KiB to 2 MiB. Others are made and left to the collector.</summary>
    private const int MaxIdleBytes = 4 << 20;

    private static readonly ConcurrentBag<byte[]>[] Idle = [.. Enumerable.Range(SmallestClass, LargestClass - SmallestClass + 1).Select(_ => new ConcurrentBag<byte[]>())];

    private readonly int _length;
    private byte[]? _bytes;

    /// <param name="length">Bytes, all zero at first.</param>
    public PayloadBuffer(int length)
    {
        _length = length;
        var size = ClassOf(length);
        _bytes = size <= LargestClass && Idle[size - SmallestClass].TryTake(out var wiped)
            ? wiped
            : GC.AllocateArray<byte>(size <= LargestClass ? 1 << size : length, pinned: true);
    }

    public PayloadBuffer(ReadOnlySpan<byte> content) : this(content.Length) => content.CopyTo(_bytes);

    /// <exception cref="ObjectDisposedException">The bytes are wiped.</exception>
    public int Length => Bytes.Length;

    /// <exception cref="ObjectDisposedException">The bytes are wiped.</exception>
    public ReadOnlySpan<byte> Span => Bytes;

    internal Span<byte> Writable => Bytes;

    private Span<byte> Bytes => (_bytes ?? throw new ObjectDisposedException(nameof(PayloadBuffer))).AsSpan(0, _length);

    public override string ToString() => _bytes is null ? "PayloadBuffer(wiped)" : $"PayloadBuffer({_length} bytes)";

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _bytes, null) is not { } bytes)
            return;
        CryptographicOperations.ZeroMemory(bytes.AsSpan(0, _length));
        var size = ClassOf(_length);
        if (size <= LargestClass && Idle[size - SmallestClass].Count << size < MaxIdleBytes)
            Idle[size - SmallestClass].Add(bytes);
    }

    private static int ClassOf(int length) => Math.Max(SmallestClass, 32 - BitOperations.LeadingZeroCount((uint)Math.Max(length - 1, 0)));
}
