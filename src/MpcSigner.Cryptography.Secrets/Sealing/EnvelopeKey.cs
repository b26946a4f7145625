using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>One direction of a session's envelopes: AES-256-GCM, nonce = 8 zero bytes ‖ u32 seq (spec §4.10). Safe for concurrent use.</summary>
/// <remarks>
/// The key schedule lives in OpenSSL's memory and is wiped there on dispose; the key itself comes from locked memory by a span.
/// A sequence number seals once: going back is refused, since two plaintexts under one nonce give the authentication key away.
/// </remarks>
[DebuggerDisplay("<redacted>")]
public sealed class EnvelopeKey : IDisposable
{
    public const int KeySize = 32;
    public const int TagSize = 16;

    private const int NonceSize = 12;

    private readonly Lock _gate = new();
    private readonly AesGcm _cipher;
    private long _next;

    /// <param name="key">32 bytes, which stay the caller's to release.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public EnvelopeKey(SecureMemory key)
    {
        if (key.Length != KeySize)
            throw new ArgumentException($"expected {KeySize} bytes, got {key.Length}", nameof(key));
        using var bytes = key.Borrow();
        _cipher = new(bytes.Span, TagSize);
    }

    /// <summary>Writes ciphertext ‖ tag.</summary>
    /// <param name="sequence">Higher than any sealed before.</param>
    /// <param name="plaintext">What is sealed; may lie in locked memory.</param>
    /// <param name="associatedData">The header.</param>
    /// <param name="destination">Exactly <see cref="TagSize"/> bytes longer than the plaintext.</param>
    /// <exception cref="InvalidOperationException">The sequence number was used or passed over.</exception>
    public void Seal(uint sequence, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData, Span<byte> destination)
    {
        if (destination.Length != plaintext.Length + TagSize)
            throw new ArgumentException($"expected {plaintext.Length + TagSize} bytes, got {destination.Length}", nameof(destination));
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(nonce, sequence);
        lock (_gate)
        {
            if (sequence < _next)
                throw new InvalidOperationException($"sequence number {sequence} is spent: the next is {_next}");
            _next = sequence + 1L;
            _cipher.Encrypt(nonce, plaintext, destination[..^TagSize], destination[^TagSize..], associatedData);
        }
    }

    /// <inheritdoc cref="Seal(uint, ReadOnlySpan{byte}, ReadOnlySpan{byte}, Span{byte})"/>
    public void Seal(uint sequence, SecureMemory plaintext, ReadOnlySpan<byte> associatedData, Span<byte> destination)
    {
        using var bytes = plaintext.Borrow();
        Seal(sequence, bytes.Span, associatedData, destination);
    }

    /// <summary>Opens ciphertext ‖ tag into bytes of the caller's; false, and the destination zero, if anything was altered.</summary>
    /// <param name="sequence">As in the header: replays are the session's to refuse.</param>
    /// <param name="sealedBytes">At least a tag.</param>
    /// <param name="associatedData">The header.</param>
    /// <param name="destination">Exactly <see cref="TagSize"/> bytes shorter than the sealed bytes.</param>
    public bool TryOpen(uint sequence, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associatedData, Span<byte> destination)
    {
        if (sealedBytes.Length < TagSize || destination.Length != sealedBytes.Length - TagSize)
            return false;
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(nonce, sequence);
        try
        {
            lock (_gate)
                _cipher.Decrypt(nonce, sealedBytes[..^TagSize], sealedBytes[^TagSize..], destination, associatedData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(destination);
            return false;
        }
    }

    /// <summary>Opens straight into locked memory: for messages that carry shares. An empty plaintext is refused.</summary>
    public bool TryOpen(uint sequence, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associatedData, [NotNullWhen(true)] out SecureMemory? plaintext)
    {
        plaintext = null;
        if (sealedBytes.Length <= TagSize || sealedBytes.Length - TagSize > SecureSlabs.MaxPiece)
            return false;
        var memory = SecureMemory.Allocate(sealedBytes.Length - TagSize);
        if (!TryOpen(sequence, sealedBytes, associatedData, memory.DangerousSpan))
        {
            memory.Dispose();
            return false;
        }
        plaintext = memory;
        return true;
    }

    public override string ToString() => "EnvelopeKey(<redacted>)";

    public void Dispose() => _cipher.Dispose();

    private static void WriteNonce(Span<byte> nonce, uint sequence)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(nonce[8..], sequence);
    }
}
