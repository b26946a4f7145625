using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Cryptography.Secrets.Scalars;

/// <summary>A vector of secret scalars in one piece of locked memory, for batches: the shares of N keys, a polynomial's coefficients.</summary>
[DebuggerDisplay("<redacted>")]
public sealed class SecretScalars : IDisposable
{
    /// <summary>The longest vector, so that it fits one piece.</summary>
    public const int MaxCount = SecureSlabs.MaxPiece / SecretField.Size;

    private readonly SecureMemory _memory;
    private readonly SecretField _field;

    private SecretScalars(IGroup group, SecureMemory memory) =>
        (Group, _field, _memory, Count) = (group, SecretField.For(group), memory, memory.Length / SecretField.Size);

    public IGroup Group { get; }

    public int Count { get; }

    /// <summary>All zero.</summary>
    /// <param name="count">1..<see cref="MaxCount"/>.</param>
    public static SecretScalars Zero(IGroup group, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxCount);
        return new(group, SecureMemory.Allocate(count * SecretField.Size));
    }

    /// <summary>Each uniform in [1, q).</summary>
    public static SecretScalars Random(IGroup group, int count, IRandomSource random)
    {
        var vector = Zero(group, count);
        for (var i = 0; i < count; i++)
            Draw(vector._field, vector.Slot(i), random);
        return vector;
    }

    /// <summary>Reads concatenated canonical encodings (spec §9.1: no counts on the wire), which stay the caller's to wipe. All are judged before the answer.</summary>
    public static bool TryDecode(IGroup group, ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out SecretScalars? vector)
    {
        vector = null;
        if (encoded.IsEmpty || encoded.Length % SecretField.Size != 0 || encoded.Length / SecretField.Size > MaxCount)
            return false;
        var field = SecretField.For(group);
        var canonical = true;
        for (var at = 0; at < encoded.Length; at += SecretField.Size)
            canonical &= field.IsCanonical(encoded.Slice(at, SecretField.Size));
        if (!canonical)
            return false;
        vector = new(group, SecureMemory.CopyOf(encoded));
        return true;
    }

    /// <summary>A copy of element <paramref name="index"/>.</summary>
    public SecretScalar this[int index]
    {
        get
        {
            using var all = _memory.Borrow();
            return SecretScalar.Adopt(Group, SecureMemory.CopyOf(Slot(index)));
        }
    }

    public void Set(int index, SecretScalar value)
    {
        if (!ReferenceEquals(value.Group, Group))
            throw new ArgumentException($"a scalar of {value.Group.Name}, not of {Group.Name}", nameof(value));
        using var all = _memory.Borrow();
        value.CopyTo(Slot(index));
    }

    /// <summary>Element by element: this += other.</summary>
    public void AddInPlace(SecretScalars other)
    {
        if (!ReferenceEquals(other.Group, Group) || other.Count != Count)
            throw new ArgumentException("vectors of another group or length", nameof(other));
        using var own = _memory.Borrow();
        using var theirs = other._memory.Borrow();
        for (var i = 0; i < Count; i++)
            _field.Add(Slot(i), Slot(i), other.Slot(i));
    }

    /// <summary>s_i·G for every element, in constant time.</summary>
    public GroupPoint[] MultiplyBase()
    {
        using var all = _memory.Borrow();
        var points = new GroupPoint[Count];
        for (var i = 0; i < Count; i++)
            points[i] = _field.MultiplyBase(Slot(i));
        return points;
    }

    /// <inheritdoc cref="MultiplyBase()"/>
    public GroupPoint MultiplyBase(int index)
    {
        using var all = _memory.Borrow();
        return _field.MultiplyBase(Slot(index));
    }

    /// <summary>Σ w_i·s_i with public weights, in constant time: the secret side of a batched check (spec §9.1).</summary>
    public SecretScalar WeightedSum(ReadOnlySpan<PublicScalar> weights)
    {
        if (weights.Length != Count)
            throw new ArgumentException($"{weights.Length} weights for {Count} scalars", nameof(weights));
        using var all = _memory.Borrow();
        using var scratch = SecureMemory.Allocate(SecretField.Size);
        var sum = SecureMemory.Allocate(SecretField.Size);
        Span<byte> weight = stackalloc byte[SecretField.Size];
        for (var i = 0; i < Count; i++)
        {
            weights[i].CopyTo(weight);
            _field.Multiply(scratch.DangerousSpan, Slot(i), weight);
            _field.Add(sum.DangerousSpan, sum.DangerousSpan, scratch.DangerousSpan);
        }
        return SecretScalar.Adopt(Group, sum);
    }

    /// <summary>Σ x^k·s_k by Horner, into a slot of another vector or a scalar's memory.</summary>
    internal void EvaluateAt(ushort x, Span<byte> value)
    {
        using var all = _memory.Borrow();
        Span<byte> coordinate = stackalloc byte[SecretField.Size];
        Group.FromUInt64(x).CopyTo(coordinate);
        Slot(Count - 1).CopyTo(value);
        for (var k = Count - 2; k >= 0; k--)
        {
            _field.Multiply(value, value, coordinate);
            _field.Add(value, value, Slot(k));
        }
    }

    /// <summary>All encodings, concatenated: what goes into a sealed envelope.</summary>
    internal SecureMemory.Borrowed Borrow() => _memory.Borrow();

    /// <summary>Element <paramref name="index"/>; only while the vector is borrowed or still its maker's.</summary>
    internal Span<byte> Slot(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return _memory.DangerousSpan.Slice(index * SecretField.Size, SecretField.Size);
    }

    public override string ToString() => $"SecretScalars({Count}, <redacted>)";

    public void Dispose() => _memory.Dispose();

    /// <summary>Uniform in [1, q): only the rejected candidates, which are forgotten, decide how long it takes.</summary>
    internal static void Draw(SecretField field, Span<byte> slot, IRandomSource random)
    {
        // A source that never yields a scalar is broken; 2^-128 at most for one that is not.
        for (var attempt = 0; attempt < 128; attempt++)
        {
            random.Fill(slot);
            field.TrimCandidate(slot);
            if (field.IsCanonical(slot) & !field.IsZero(slot))
                return;
        }
        throw new InvalidOperationException("the random source yields no scalar");
    }
}
