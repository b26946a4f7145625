using System.Diagnostics;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Cryptography.Secrets.Scalars;

/// <summary>A dealer's polynomial f(X) = Σ a_k·X^k (spec §9, §10): committed to in public, evaluated for each party.</summary>
[DebuggerDisplay("<redacted>")]
public sealed class SecretPolynomial : IDisposable
{
    private readonly SecretScalars _coefficients;
    private readonly bool _zeroConstant;

    private SecretPolynomial(SecretScalars coefficients, bool zeroConstant = false) => (_coefficients, _zeroConstant) = (coefficients, zeroConstant);

    public IGroup Group => _coefficients.Group;

    /// <summary>t.</summary>
    public int CoefficientCount => _coefficients.Count;

    /// <summary>All coefficients drawn from [1, q) (spec §9).</summary>
    /// <param name="coefficientCount">t: 2..16.</param>
    public static SecretPolynomial Random(IGroup group, int coefficientCount, IRandomSource random)
    {
        CheckCount(coefficientCount);
        return new(SecretScalars.Random(group, coefficientCount, random));
    }

    /// <summary>f(0) given, the rest drawn from [1, q): a reshare (spec §10.2). The constant stays the caller's.</summary>
    public static SecretPolynomial RandomWithConstant(SecretScalar constant, int coefficientCount, IRandomSource random)
    {
        CheckCount(coefficientCount);
        var coefficients = SecretScalars.Random(constant.Group, coefficientCount, random);
        coefficients.Set(0, constant);
        return new(coefficients);
    }

    /// <summary>f(0) = 0, the rest drawn from [1, q): a refresh (spec §10.1).</summary>
    public static SecretPolynomial RandomWithZeroConstant(IGroup group, int coefficientCount, IRandomSource random)
    {
        CheckCount(coefficientCount);
        var coefficients = SecretScalars.Random(group, coefficientCount, random);
        coefficients.Slot(0).Clear();
        return new(coefficients, zeroConstant: true);
    }

    /// <summary>C_k = a_k·G for k = 0..t−1; of a refresh's polynomial for k = 1..t−1 only, since it has no constant term.</summary>
    public GroupPoint[] Commit()
    {
        var first = _zeroConstant ? 1 : 0;
        var commitments = new GroupPoint[CoefficientCount - first];
        for (var k = 0; k < commitments.Length; k++)
            commitments[k] = _coefficients.MultiplyBase(k + first);
        return commitments;
    }

    /// <summary>f(pid), in constant time for the coefficients.</summary>
    public SecretScalar EvaluateAt(PartyId pid)
    {
        var value = SecureMemory.Allocate(SecretField.Size);
        _coefficients.EvaluateAt(pid.Value, value.DangerousSpan);
        return SecretScalar.Adopt(Group, value);
    }

    /// <summary>f(pid) into element <paramref name="index"/> of a vector: one message's shares of a batch.</summary>
    public void EvaluateAt(PartyId pid, SecretScalars destination, int index)
    {
        if (!ReferenceEquals(destination.Group, Group))
            throw new ArgumentException($"a vector of {destination.Group.Name}, not of {Group.Name}", nameof(destination));
        using var held = destination.Borrow();
        _coefficients.EvaluateAt(pid.Value, destination.Slot(index));
    }

    /// <summary>A copy of a_0.</summary>
    public SecretScalar Constant() => _coefficients[0];

    public override string ToString() => "SecretPolynomial(<redacted>)";

    public void Dispose() => _coefficients.Dispose();

    private static void CheckCount(int coefficientCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(coefficientCount, KeyLimits.MinThreshold);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(coefficientCount, KeyLimits.MaxParties);
    }
}
