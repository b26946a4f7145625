using System.Diagnostics;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>A fresh secret for a seal, and the shares of its operators: lives as long as it takes to write them.</summary>
[DebuggerDisplay("<redacted>")]
public sealed class QuorumDealing : IDisposable
{
    private readonly SecretPolynomial _polynomial;

    private QuorumDealing(SecretPolynomial polynomial, QuorumHeader header) => (_polynomial, Header) = (polynomial, header);

    /// <summary>To be stored in clear beside what is sealed.</summary>
    public QuorumHeader Header { get; }

    /// <summary>Draws the secret and the polynomial through it.</summary>
    /// <param name="threshold">k: 2..<paramref name="operators"/>.</param>
    /// <param name="operators">m: 2..<see cref="QuorumHeader.MaxOperators"/>.</param>
    /// <exception cref="ArgumentException">Out of bounds.</exception>
    public static QuorumDealing Deal(int threshold, int operators, IRandomSource random)
    {
        if (!QuorumHeader.AreWithinBounds(threshold, operators))
            throw new ArgumentException($"{threshold} of {operators}: a quorum is k of m with {QuorumHeader.MinThreshold} ≤ k ≤ m ≤ {QuorumHeader.MaxOperators}", nameof(threshold));
        var polynomial = SecretPolynomial.Random(QuorumHeader.Group, threshold, random);
        return new(polynomial, new(operators, polynomial.Commit()));
    }

    /// <summary>What the shares give together: <see cref="KeyEncryptionKey.FromQuorum"/>'s 32 bytes, the caller's.</summary>
    public SecureMemory CopySecret()
    {
        using var constant = _polynomial.Constant();
        using var bytes = constant.Borrow();
        return SecureMemory.CopyOf(bytes.Span);
    }

    /// <summary>One operator's share, the caller's.</summary>
    /// <param name="number">1..<see cref="QuorumHeader.Operators"/>.</param>
    /// <param name="nid">The node that it opens.</param>
    public QuorumShare ShareOf(int number, NodeId nid)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, Header.Operators);
        return new(number, Header.Threshold, NodeTag.Of(nid), Header.Id, _polynomial.EvaluateAt(new((ushort)number)));
    }

    public override string ToString() => $"QuorumDealing({Header.Threshold} of {Header.Operators}, <redacted>)";

    public void Dispose() => _polynomial.Dispose();
}
