using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Cryptography.Secrets.Scalars;

/// <summary>A scalar that must not leak: one home in locked memory, constant-time arithmetic, wiped when disposed.</summary>
/// <remarks>
/// A class without properties that show the value: no copy, no <c>with</c>, nothing for a logger or a serializer to find.
/// Zero can occur (a sum of shares, a share off the wire) and is as legitimate as any other value.
/// </remarks>
[DebuggerDisplay("<redacted>")]
public sealed class SecretScalar : IDisposable
{
    public const int Size = SecretField.Size;

    private readonly SecureMemory _memory;
    private readonly SecretField _field;

    private SecretScalar(IGroup group, SecureMemory memory) => (Group, _field, _memory) = (group, SecretField.For(group), memory);

    public IGroup Group { get; }

    /// <summary>Draws uniformly from [1, q) by rejection.</summary>
    public static SecretScalar Random(IGroup group, IRandomSource random)
    {
        var scalar = new SecretScalar(group, SecureMemory.Allocate(Size));
        SecretScalars.Draw(scalar._field, scalar._memory.DangerousSpan, random);
        return scalar;
    }

    /// <summary>Reads a canonical encoding (below q; zero is allowed), which stays the caller's to wipe.</summary>
    public static bool TryDecode(IGroup group, ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out SecretScalar? scalar)
    {
        scalar = null;
        if (encoded.Length != Size || !SecretField.For(group).IsCanonical(encoded))
            return false;
        scalar = new(group, SecureMemory.CopyOf(encoded));
        return true;
    }

    /// <summary>Reads a canonical encoding out of locked memory, which stays the caller's.</summary>
    public static bool TryDecode(IGroup group, SecureMemory encoded, [NotNullWhen(true)] out SecretScalar? scalar)
    {
        using var bytes = encoded.Borrow();
        return TryDecode(group, bytes.Span, out scalar);
    }

    /// <summary>A public value where a secret one is asked for.</summary>
    public static SecretScalar FromPublic(PublicScalar value)
    {
        var scalar = new SecretScalar(value.Group, SecureMemory.Allocate(Size));
        value.CopyTo(scalar._memory.DangerousSpan);
        return scalar;
    }

    /// <summary>64 secret bytes read little endian, mod q.</summary>
    internal static SecretScalar ReduceWideLittleEndian(IGroup group, ReadOnlySpan<byte> wide)
    {
        var scalar = new SecretScalar(group, SecureMemory.Allocate(Size));
        scalar._field.ReduceWideLittleEndian(scalar._memory.DangerousSpan, wide);
        return scalar;
    }

    /// <summary>64 secret bytes read big endian, mod q. The input is overwritten.</summary>
    internal static SecretScalar ReduceWideBigEndian(IGroup group, Span<byte> wide)
    {
        var scalar = new SecretScalar(group, SecureMemory.Allocate(Size));
        scalar._field.ReduceWideBigEndian(scalar._memory.DangerousSpan, wide);
        return scalar;
    }

    /// <summary>Takes over memory that holds a canonical encoding.</summary>
    internal static SecretScalar Adopt(IGroup group, SecureMemory memory) => new(group, memory);

    /// <summary>s·G in constant time.</summary>
    public GroupPoint MultiplyBase()
    {
        using var own = _memory.Borrow();
        return _field.MultiplyBase(own.Span);
    }

    /// <summary>s·P in constant time.</summary>
    /// <param name="point">Public, of the scalar's group, not O.</param>
    public GroupPoint Multiply(GroupPoint point)
    {
        if (!ReferenceEquals(point.Group, Group))
            throw new ArgumentException($"a point of {point.Group.Name}, not of {Group.Name}", nameof(point));
        using var own = _memory.Borrow();
        return _field.Multiply(own.Span, point);
    }

    public SecretScalar Add(SecretScalar other) => Combine(other, static (f, z, x, y) => f.Add(z, x, y));

    public SecretScalar Subtract(SecretScalar other) => Combine(other, static (f, z, x, y) => f.Subtract(z, x, y));

    public SecretScalar Multiply(SecretScalar other) => Combine(other, static (f, z, x, y) => f.Multiply(z, x, y));

    public SecretScalar AddPublic(PublicScalar other) => Combine(other, static (f, z, x, y) => f.Add(z, x, y));

    public SecretScalar Multiply(PublicScalar other) => Combine(other, static (f, z, x, y) => f.Multiply(z, x, y));

    /// <summary>this·factor + addend: the step that signing equations are made of.</summary>
    public SecretScalar MultiplyAdd(PublicScalar factor, SecretScalar addend)
    {
        var result = Multiply(factor);
        using var summand = addend.Checked(Group)._memory.Borrow();
        _field.Add(result._memory.DangerousSpan, result._memory.DangerousSpan, summand.Span);
        return result;
    }

    public SecretScalar Negate()
    {
        var result = new SecretScalar(Group, SecureMemory.Allocate(Size));
        using var own = _memory.Borrow();
        _field.Subtract(result._memory.DangerousSpan, result._memory.DangerousSpan, own.Span);
        return result;
    }

    /// <exception cref="DivideByZeroException">Zero has no inverse.</exception>
    public SecretScalar Invert()
    {
        var result = new SecretScalar(Group, SecureMemory.Allocate(Size));
        using var own = _memory.Borrow();
        _field.Invert(result._memory.DangerousSpan, own.Span);
        return result;
    }

    /// <summary>A second home of the same value, wiped on its own.</summary>
    public SecretScalar Copy()
    {
        using var own = _memory.Borrow();
        return new(Group, SecureMemory.CopyOf(own.Span));
    }

    /// <summary>Σ of all; the empty sum is 0.</summary>
    public static SecretScalar Sum(IGroup group, params ReadOnlySpan<SecretScalar> scalars)
    {
        var sum = new SecretScalar(group, SecureMemory.Allocate(Size));
        foreach (var scalar in scalars)
        {
            using var summand = scalar.Checked(group)._memory.Borrow();
            sum._field.Add(sum._memory.DangerousSpan, sum._memory.DangerousSpan, summand.Span);
        }
        return sum;
    }

    /// <summary>Is it zero? Computed in constant time; the answer itself is then public.</summary>
    public bool IsZero()
    {
        using var own = _memory.Borrow();
        return _field.IsZero(own.Span);
    }

    /// <summary>Compares in constant time.</summary>
    public bool FixedTimeEquals(SecretScalar other)
    {
        using var own = _memory.Borrow();
        using var theirs = other.Checked(Group)._memory.Borrow();
        return System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(own.Span, theirs.Span);
    }

    /// <summary>Gives the value away for good: a signature share, a proof's response. The name is there to be searched for.</summary>
    public PublicScalar ToPublic()
    {
        using var own = _memory.Borrow();
        return Group.TryDecodeScalar(own.Span, out var scalar) ? scalar : throw new InvalidOperationException("a secret scalar is not canonical");
    }

    /// <summary>The bytes for as long as the borrower holds them.</summary>
    internal SecureMemory.Borrowed Borrow() => _memory.Borrow();

    /// <summary>Writes the group's encoding to where it stays secret: a sealed envelope's plaintext, which its owner wipes.</summary>
    internal void CopyTo(Span<byte> destination)
    {
        using var own = _memory.Borrow();
        own.Span.CopyTo(destination);
    }

    public override string ToString() => "SecretScalar(<redacted>)";

    public void Dispose() => _memory.Dispose();

    private delegate void Operation(SecretField field, Span<byte> z, ReadOnlySpan<byte> x, ReadOnlySpan<byte> y);

    private SecretScalar Combine(SecretScalar other, Operation operation)
    {
        var result = new SecretScalar(Group, SecureMemory.Allocate(Size));
        using var own = _memory.Borrow();
        using var theirs = other.Checked(Group)._memory.Borrow();
        operation(_field, result._memory.DangerousSpan, own.Span, theirs.Span);
        return result;
    }

    private SecretScalar Combine(PublicScalar other, Operation operation)
    {
        if (!ReferenceEquals(other.Group, Group))
            throw new ArgumentException($"a scalar of {other.Group.Name}, not of {Group.Name}", nameof(other));
        Span<byte> value = stackalloc byte[Size];
        other.CopyTo(value);
        var result = new SecretScalar(Group, SecureMemory.Allocate(Size));
        using var own = _memory.Borrow();
        operation(_field, result._memory.DangerousSpan, own.Span, value);
        return result;
    }

    private SecretScalar Checked(IGroup group) =>
        ReferenceEquals(Group, group) ? this : throw new ArgumentException($"a scalar of {Group.Name}, not of {group.Name}");
}
