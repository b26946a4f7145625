using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>What a token does with a sealing key that never leaves it. Calls block, within a limit of its own. Safe for concurrent use.</summary>
public interface ITokenCipher
{
    /// <summary>Authenticated encryption of <paramref name="secret"/>, bound to <paramref name="context"/>, with a nonce of its own.</summary>
    /// <exception cref="SealUnavailableException">The token does not seal now.</exception>
    byte[] Seal(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> context);

    /// <summary>Bytes that opening gives; negative when these were never sealed by a token.</summary>
    int SecretLength(ReadOnlySpan<byte> sealedBytes);

    /// <summary>Opens into the caller's locked memory of exactly <see cref="SecretLength"/> bytes. False: altered, or of another key or context.</summary>
    /// <exception cref="SealUnavailableException">The token does not open now.</exception>
    bool TryOpen(ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> context, Span<byte> secret);
}

/// <summary>A generation of the sealing key in a token. The form of what it seals: u8 version 2 ‖ u32 generation ‖ what the token gave (<see cref="ITokenCipher"/>).</summary>
/// <remarks>
/// The associated data is that of <see cref="SealingContext"/>, the generation in it. A token's AES-GCM draws nonces of 96 bits: that two of q seals of one generation share one has a probability of
/// at most q²/2^97. NIST SP 800-38D §8.3 asks for less than 2^-32, which is q = 2^32; a node seals each share once a rotation and once a refresh, some 10^6 a day at the very most, so that
/// <see cref="MaxSeals"/> = 2^30 are beyond reach between two rotations; a process that counts so many asks for one.
/// What was sealed is opened again before it is given out: a seal takes the place of the only other copy of a share, and a token that erred once would lose it.
/// </remarks>
[DebuggerDisplay("<redacted>")]
public sealed class TokenSealingKey(uint generation, ITokenCipher cipher) : ISealingKey
{
    /// <summary>Seals of one generation by one process after which a rotation is due: a quarter of NIST's bound for random nonces.</summary>
    public const long MaxSeals = 1L << 30;

    private long _seals;

    public uint Generation { get; } = generation;

    /// <summary>So many seals were made by this process that the next generation is due.</summary>
    public bool IsWorn => Interlocked.Read(ref _seals) >= MaxSeals;

    public byte[] Seal(SealingContext context, SecretScalar share, IRandomSource random)
    {
        using var bytes = share.Borrow();
        return Seal(context, bytes.Span);
    }

    public byte[] Seal(SealingContext context, SecureMemory secret, IRandomSource random)
    {
        using var bytes = secret.Borrow();
        return Seal(context, bytes.Span);
    }

    public OpenResult TryOpen(SealingContext context, ReadOnlySpan<byte> sealedBytes, out SecureMemory? plaintext)
    {
        plaintext = null;
        if (!SealedBytes.TryReadGeneration(sealedBytes, out var sealedUnder) || sealedBytes[0] != SealedBytes.TokenVersion)
            return OpenResult.Malformed;
        if (sealedUnder != Generation)
            return OpenResult.OtherGeneration;
        var body = sealedBytes[SealedBytes.GenerationHeader..];
        var length = cipher.SecretLength(body);
        if (length is < 1 or > SealedBytes.MaxPlaintext)
            return OpenResult.Malformed;
        var memory = SecureMemory.Allocate(length);
        try
        {
            if (!cipher.TryOpen(body, context.AssociatedData(Generation), memory.DangerousSpan))
                return OpenResult.NotAuthentic;
            (plaintext, memory) = (memory, null);
            return OpenResult.Opened;
        }
        finally
        {
            memory?.Dispose();
        }
    }

    private byte[] Seal(SealingContext context, ReadOnlySpan<byte> secret)
    {
        if (secret.Length is < 1 or > SealedBytes.MaxPlaintext)
            throw new ArgumentException($"expected 1..{SealedBytes.MaxPlaintext} bytes, got {secret.Length}", nameof(secret));
        var body = cipher.Seal(secret, context.AssociatedData(Generation));
        Interlocked.Increment(ref _seals);
        var sealedBytes = new byte[SealedBytes.GenerationHeader + body.Length];
        sealedBytes[0] = SealedBytes.TokenVersion;
        BinaryPrimitives.WriteUInt32BigEndian(sealedBytes.AsSpan(1), Generation);
        body.CopyTo(sealedBytes, SealedBytes.GenerationHeader);
        return Opens(context, sealedBytes, secret)
            ? sealedBytes
            : throw new SealUnavailableException($"The token's {cipher} sealed what does not open to the same again. Nothing was replaced. Have the token examined.", isTokenLost: false);
    }

    private bool Opens(SealingContext context, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> secret)
    {
        var result = TryOpen(context, sealedBytes, out var opened);
        using (opened)
            return result == OpenResult.Opened && CryptographicOperations.FixedTimeEquals(opened!.DangerousSpan, secret);
    }

    public override string ToString() => $"TokenSealingKey(generation {Generation}, <redacted>)";

    /// <summary>The key stays in the token.</summary>
    public void Dispose()
    {
    }
}
