using System.Security.Cryptography;

namespace MpcSigner.Protocols.Rounds;

/// <summary>The clear bytes of one message on their way between a state and the session channel; wiped when disposed.</summary>
/// <remarks>
/// Round 2 of key generation carries dealt shares, so the array is pinned: the collector leaves no copies behind, and disposing wipes the only one.
/// It is the one place where secret bytes stand outside locked memory, and only between sealing or opening and the next transition.
/// </remarks>
public sealed class PayloadBuffer : IDisposable
{
    private byte[]? _bytes;

    /// <param name="length">Bytes, all zero at first.</param>
    public PayloadBuffer(int length) => _bytes = GC.AllocateArray<byte>(length, pinned: true);

    public PayloadBuffer(ReadOnlySpan<byte> content) : this(content.Length) => content.CopyTo(_bytes);

    public int Length => Bytes.Length;

    /// <exception cref="ObjectDisposedException">The bytes are wiped.</exception>
    public ReadOnlySpan<byte> Span => Bytes;

    internal Span<byte> Writable => Bytes;

    private byte[] Bytes => _bytes ?? throw new ObjectDisposedException(nameof(PayloadBuffer));

    public override string ToString() => _bytes is null ? "PayloadBuffer(wiped)" : $"PayloadBuffer({_bytes.Length} bytes)";

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _bytes, null) is { } bytes)
            CryptographicOperations.ZeroMemory(bytes);
    }
}
