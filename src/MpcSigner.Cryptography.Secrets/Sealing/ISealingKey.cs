using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>One generation of the key that shares are sealed under at rest, wherever it is: in locked memory (<see cref="SealingKey"/>) or in a token (<see cref="TokenSealingKey"/>). Safe for concurrent use.</summary>
public interface ISealingKey : IDisposable
{
    /// <summary>1 or more; rises with each rotation of the sealing key.</summary>
    uint Generation { get; }

    /// <param name="share">Stays the caller's.</param>
    /// <exception cref="SealUnavailableException">It is in a token, which does not seal now, or sealed what does not open again.</exception>
    /// <exception cref="SecureMemoryException">It is in a token, and no locked memory is left to see that it opens.</exception>
    byte[] Seal(SealingContext context, SecretScalar share, IRandomSource random);

    /// <param name="secret">1..<see cref="SealedBytes.MaxPlaintext"/> bytes; stays the caller's.</param>
    /// <exception cref="SealUnavailableException">It is in a token, which does not seal now, or sealed what does not open again.</exception>
    /// <exception cref="SecureMemoryException">It is in a token, and no locked memory is left to see that it opens.</exception>
    byte[] Seal(SealingContext context, SecureMemory secret, IRandomSource random);

    /// <summary>Opens straight into locked memory.</summary>
    /// <exception cref="SealUnavailableException">It is in a token, which does not open now.</exception>
    OpenResult TryOpen(SealingContext context, ReadOnlySpan<byte> sealedBytes, out SecureMemory? plaintext);
}
