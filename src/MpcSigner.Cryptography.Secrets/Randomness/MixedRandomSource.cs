using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using MpcSigner.Cryptography.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.KeyAgreement;
using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Cryptography.Secrets.Randomness;

/// <summary>What was thought of bytes that another generator gave.</summary>
public enum EntropyVerdict : byte
{
    NotJudged = 0,

    /// <summary>They are in the key from now on.</summary>
    Mixed,

    /// <summary>They were seen before, or are one piece again and again: not used, and the generator is not to be trusted.</summary>
    Repeated,
}

/// <summary>Another generator's randomness (a hardware token's) mixed into the system's.</summary>
/// <remarks>
/// Each draw is the system's bytes XOR a ChaCha20 stream, under a key that hashes samples of the other generator together with bytes of the system's. <b>Never weaker than the system's alone:</b> the stream is fixed
/// by the key and a counter before the system's bytes of this draw exist, and what is uniform and independent of a mask stays uniform under it, whatever chose the mask, a hostile token included.
/// <b>Never weaker than the token's alone:</b> were the system's predictable, the key would still hold the 64 bytes of each sample. Before the first sample a draw is the system's alone.
/// The token is asked now and then, not for each draw.
/// </remarks>
[DebuggerDisplay("<redacted>")]
public sealed class MixedRandomSource(IRandomSource system) : IRandomSource, IDisposable
{
    /// <summary>Bytes of a sample: two halves, which a generator that works never gives alike.</summary>
    public const int SampleSize = 64;

    /// <summary>Samples that are remembered, by their hash, to notice one that comes back.</summary>
    public const int RememberedSamples = 64;

    private const int KeySize = SecretSodium.crypto_stream_chacha20_ietf_KEYBYTES;

    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _seen = [];
    private volatile SecureMemory? _key;
    private long _draws;

    /// <summary>Whether a sample is in the key.</summary>
    public bool IsMixed => _key is not null;

    /// <summary>Takes a sample in, unless it shows that its generator fails.</summary>
    /// <param name="sample"><see cref="SampleSize"/> bytes of the other generator; zero afterwards.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public EntropyVerdict Mix(Span<byte> sample)
    {
        if (sample.Length != SampleSize)
            throw new ArgumentException($"expected {SampleSize} bytes, got {sample.Length}", nameof(sample));
        using var input = SecureMemory.Allocate(2 * KeySize + SampleSize);
        try
        {
            lock (_gate)
            {
                if (IsRepeated(sample))
                    return EntropyVerdict.Repeated;
                if (_key is { } key)
                {
                    using var held = key.Borrow();
                    held.Span.CopyTo(input.DangerousSpan);
                }
                system.Fill(input.DangerousSpan.Slice(KeySize, KeySize));
                sample.CopyTo(input.DangerousSpan[(2 * KeySize)..]);
                // The former key is not released here: a draw may be using it. Its handle wipes it when nothing does any more.
                _key = HkdfSha256.DeriveKey(input, [], "MpcSigner/mixed-random/1"u8, KeySize);
                return EntropyVerdict.Mixed;
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(sample);
        }
    }

    /// <inheritdoc />
    public void Fill(Span<byte> destination)
    {
        system.Fill(destination);
        if (_key is not { } key || destination.IsEmpty)
            return;
        // One number for each draw and never again, whatever the key: no two draws share a stream.
        Span<byte> nonce = stackalloc byte[SecretSodium.crypto_stream_chacha20_ietf_NONCEBYTES];
        nonce.Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce, Interlocked.Increment(ref _draws));
        using var held = key.Borrow();
        Libsodium.MustSucceed(SecretSodium.crypto_stream_chacha20_ietf_xor(destination, destination, (ulong)destination.Length, nonce, held.Span));
    }

    public override string ToString() => "MixedRandomSource(<redacted>)";

    public void Dispose() => _key?.Dispose();

    /// <summary>Equal halves, or a half that was seen before.</summary>
    private bool IsRepeated(ReadOnlySpan<byte> sample)
    {
        var (first, second) = (SHA256.HashData(sample[..(SampleSize / 2)]), SHA256.HashData(sample[(SampleSize / 2)..]));
        if (first.AsSpan().SequenceEqual(second) || _seen.Any(seen => seen.AsSpan().SequenceEqual(first) || seen.AsSpan().SequenceEqual(second)))
            return true;
        foreach (var half in (byte[][])[first, second])
        {
            if (_seen.Count == 2 * RememberedSamples)
                _seen.Dequeue();
            _seen.Enqueue(half);
        }
        return false;
    }
}
