using System.Numerics;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Kernel.Tests.Cryptography.Groups;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.Scalars;

public sealed class Ed25519SecretScalarEdgeTests() : SecretScalarEdgeContract(Curve.Edwards25519);

public sealed class Secp256k1SecretScalarEdgeTests() : SecretScalarEdgeContract(Curve.Secp256k1);

public sealed class P256SecretScalarEdgeTests() : SecretScalarEdgeContract(Curve.P256);

/// <summary>What secret scalars refuse: bytes that are no scalar, values of another group, counts beyond their bounds (one suite, all groups).</summary>
public abstract class SecretScalarEdgeContract(Curve curve)
{
    private JudgedGroup Judged { get; } = JudgedGroup.Of(curve);

    private IGroup Group => Judged.Group;

    private IGroup Other => MpcSigner.Cryptography.Groups.Groups.For(curve == Curve.P256 ? Curve.Secp256k1 : Curve.P256);

    private static readonly BigInteger Largest = (BigInteger.One << 256) - 1;

    [Fact]
    public void Reads_what_is_below_the_order_and_nothing_else()
    {
        foreach (var value in (BigInteger[])[0, 1, Judged.Order - 1])
        {
            Assert.True(SecretScalar.TryDecode(Group, Judged.Encode(value), out var scalar));
            Assert.Equal(value, Judged.Big(scalar.ToPublic()));
            using var memory = SecureMemory.CopyOf(Judged.Encode(value));
            Assert.True(SecretScalar.TryDecode(Group, memory, out var same));
            Assert.True(scalar.FixedTimeEquals(same));
        }
        foreach (var value in (BigInteger[])[Judged.Order, Judged.Order + 1, Largest])
        {
            Assert.False(SecretScalar.TryDecode(Group, Judged.Encode(value), out var scalar));
            Assert.Null(scalar);
        }
        foreach (var length in (int[])[0, 31, 33, 64])
            Assert.False(SecretScalar.TryDecode(Group, new byte[length], out _));
    }

    [Fact]
    public void Reads_a_vector_only_if_every_element_is_below_the_order()
    {
        byte[] good = [.. Judged.Encode(1), .. Judged.Encode(0), .. Judged.Encode(Judged.Order - 1)];
        Assert.True(SecretScalars.TryDecode(Group, good, out var vector));
        Assert.Equal(3, vector.Count);
        Same(Judged.Order - 1, vector[2]);
        for (var bad = 0; bad < 3; bad++)
        {
            byte[] encoded = [.. good];
            Judged.Encode(Judged.Order).CopyTo(encoded, bad * 32);
            Assert.False(SecretScalars.TryDecode(Group, encoded, out var none));
            Assert.Null(none);
        }
        foreach (var length in (int[])[0, 31, 33, 95, (SecretScalars.MaxCount + 1) * 32])
            Assert.False(SecretScalars.TryDecode(Group, new byte[length], out _));
        vector.Dispose();
        Assert.Throws<ObjectDisposedException>(() => vector[0]);
    }

    [Fact]
    public void Reduces_512_bits_in_either_order_of_bytes()
    {
        var wide = new byte[64];
        for (var i = 0; i < wide.Length; i++)
            wide[i] = (byte)(0xff - i);
        Same(new(wide, isUnsigned: true), SecretScalar.ReduceWideLittleEndian(Group, wide));
        Same(new(wide, isUnsigned: true, isBigEndian: true), SecretScalar.ReduceWideBigEndian(Group, [.. wide]));
        Assert.ThrowsAny<Exception>(() => SecretScalar.ReduceWideLittleEndian(Group, wide.AsSpan(1)));
    }

    [Fact]
    public void Multiplies_points_and_gives_the_identity_for_zero()
    {
        using var zero = Secret(0);
        using var seven = Secret(7);
        Assert.Equal(Group.Identity, zero.MultiplyBase());
        Assert.Equal("O", Judged.Multiple(0));
        var point = Group.MultiplyBasePublic(Group.FromUInt64(5));
        if (curve == Curve.Edwards25519)
        {
            Assert.Throws<NotSupportedException>(() => seven.Multiply(point));
        }
        else
        {
            Assert.Equal(Group.MultiplyBasePublic(Group.FromUInt64(35)), seven.Multiply(point));
            Assert.Equal(Group.Identity, zero.Multiply(point));
        }
        Assert.Throws<ArgumentException>(() => seven.Multiply(Other.MultiplyBasePublic(Other.FromUInt64(5))));
    }

    [Fact]
    public void Values_of_another_group_are_refused()
    {
        using var own = Secret(3);
        Assert.True(SecretScalar.TryDecode(Other, new byte[32], out var other));
        Assert.Throws<ArgumentException>(() => own.Add(other));
        Assert.Throws<ArgumentException>(() => own.AddPublic(Other.FromUInt64(1)));
        Assert.Throws<ArgumentException>(() => own.Multiply(Other.FromUInt64(1)));
        Assert.Throws<ArgumentException>(() => own.MultiplyAdd(Group.FromUInt64(1), other));
        Assert.Throws<ArgumentException>(() => own.FixedTimeEquals(other));
        Assert.Throws<ArgumentException>(() => SecretScalar.Sum(Group, own, other));

        using var vector = SecretScalars.Zero(Group, 2);
        using var foreign = SecretScalars.Zero(Other, 2);
        using var longer = SecretScalars.Zero(Group, 3);
        Assert.Throws<ArgumentException>(() => vector.Set(0, other));
        Assert.Throws<ArgumentException>(() => vector.AddInPlace(foreign));
        Assert.Throws<ArgumentException>(() => vector.AddInPlace(longer));
        using var polynomial = SecretPolynomial.Random(Group, 2, new SeededRandom(1));
        Assert.Throws<ArgumentException>(() => polynomial.EvaluateAt(new PartyId(1), foreign, 0));
    }

    [Fact]
    public void Counts_are_bounded()
    {
        Assert.Throws<ArgumentOutOfRangeException>("count", () => SecretScalars.Zero(Group, 0));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => SecretScalars.Zero(Group, SecretScalars.MaxCount + 1));
        using var vector = SecretScalars.Zero(Group, 1);
        Assert.Throws<ArgumentOutOfRangeException>("index", () => vector[-1]);
        Assert.Throws<ArgumentOutOfRangeException>("index", () => vector[1]);
        Assert.True(SecretScalars.TryDecode(Group, new byte[600 * 32], out var many));
        Assert.Equal(600, many.Count);
        many.Dispose();
        using var constant = Secret(1);
        foreach (var count in (int[])[KeyLimits.MinThreshold - 1, KeyLimits.MaxParties + 1])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => SecretPolynomial.Random(Group, count, new SeededRandom(1)));
            Assert.Throws<ArgumentOutOfRangeException>(() => SecretPolynomial.RandomWithConstant(constant, count, new SeededRandom(1)));
            Assert.Throws<ArgumentOutOfRangeException>(() => SecretPolynomial.RandomWithZeroConstant(Group, count, new SeededRandom(1)));
        }
    }

    [Fact]
    public void A_polynomial_writes_its_value_where_it_is_told()
    {
        using var polynomial = SecretPolynomial.Random(Group, 3, new SeededRandom(5));
        using var alone = polynomial.EvaluateAt(new(9));
        using var vector = SecretScalars.Zero(Group, 3);
        polynomial.EvaluateAt(new(9), vector, 1);
        using var written = vector[1];
        Assert.True(written.FixedTimeEquals(alone));
        Same(0, vector[0]);
        Same(0, vector[2]);
        Assert.Equal(Group.Identity, vector.MultiplyBase(0));
        Assert.Equal(alone.MultiplyBase(), vector.MultiplyBase(1));
        Assert.Equal(3, polynomial.CoefficientCount);
        polynomial.Dispose();
        Assert.Throws<ObjectDisposedException>(() => polynomial.EvaluateAt(new(9)));
        Assert.Throws<ObjectDisposedException>(() => polynomial.Commit());
    }

    /// <summary>Zero and whatever is not below q are drawn again, 127 times at most; nothing is reduced, which would favour small values.</summary>
    [Fact]
    public void A_draw_rejects_what_is_no_scalar()
    {
        var answer = Judged.Encode(5);
        using var afterZero = SecretScalar.Random(Group, new Script([new byte[32], answer]));
        Same(5, afterZero.Copy());
        using var afterLarge = SecretScalar.Random(Group, new Script([Judged.Encode(Largest), Judged.Encode(Judged.Order), answer]));
        Same(5, afterLarge.Copy());
        using var last = SecretScalar.Random(Group, new Script([.. Enumerable.Repeat(new byte[32], 127), answer]));
        Same(5, last.Copy());
        Assert.Throws<InvalidOperationException>(() => SecretScalar.Random(Group, new Script([.. Enumerable.Repeat(new byte[32], 128), answer])));
    }

    /// <summary>On edwards25519 the three bits that no scalar has are cleared first: else fifteen of sixteen draws would be in vain.</summary>
    [Fact]
    public void A_draw_clears_the_bits_that_no_scalar_has()
    {
        var candidate = Judged.Encode(5);
        if (curve == Curve.Edwards25519)
            candidate[31] |= 0xe0;
        using var drawn = SecretScalar.Random(Group, new Script([candidate]));
        Same(5, drawn.Copy());
    }

    /// <summary>A byte more or less would be read by native code beyond what it was lent.</summary>
    [Fact]
    public void Arithmetic_takes_32_bytes_and_no_other_length()
    {
        var field = SecretField.For(Group);
        byte[] right = new byte[32], wrong = new byte[33];
        Assert.ThrowsAny<ArgumentException>(() => field.Add(wrong, right, right));
        Assert.ThrowsAny<ArgumentException>(() => field.Add(right, wrong, right));
        Assert.ThrowsAny<ArgumentException>(() => field.Subtract(right, right, wrong));
        Assert.ThrowsAny<ArgumentException>(() => field.Multiply(wrong, right, right));
        Assert.ThrowsAny<ArgumentException>(() => field.IsCanonical(wrong));
        Assert.ThrowsAny<ArgumentException>(() => field.IsZero(wrong));
        Assert.ThrowsAny<ArgumentException>(() => field.ReduceWideLittleEndian(right, new byte[65]));
    }

    [Fact]
    public void What_is_no_scalar_is_never_given_away()
    {
        using var broken = SecretScalar.Adopt(Group, SecureMemory.CopyOf(Judged.Encode(Judged.Order)));
        Assert.Throws<InvalidOperationException>(() => broken.ToPublic());
    }

    [Fact]
    public void Copies_live_on_their_own()
    {
        var first = SecretScalar.FromPublic(Group.FromUInt64(77));
        var second = first.Copy();
        var bytes = new byte[32];
        first.CopyTo(bytes);
        Assert.Equal(Judged.Encode(77), bytes);
        first.Dispose();
        Same(77, second);
        Assert.Throws<ObjectDisposedException>(() => first.Copy());
        Same(0, SecretScalar.Sum(Group));
    }

    [Fact]
    public void Nothing_of_a_vector_or_a_polynomial_is_printed()
    {
        using var vector = SecretScalars.Random(Group, 2, new SeededRandom(1));
        using var polynomial = SecretPolynomial.Random(Group, 2, new SeededRandom(1));
        Assert.Equal("SecretScalars(2, <redacted>)", vector.ToString());
        Assert.Equal("SecretPolynomial(<redacted>)", polynomial.ToString());
    }

    /// <summary>Yields what it is given, piece by piece.</summary>
    private sealed class Script(byte[][] pieces) : IRandomSource
    {
        private int _next;

        public void Fill(Span<byte> destination) => pieces[_next++].CopyTo(destination);
    }

    private void Same(BigInteger expected, SecretScalar actual)
    {
        using (actual)
            Assert.Equal(Judged.Mod(expected), Judged.Big(actual.ToPublic()));
    }

    private SecretScalar Secret(BigInteger value)
    {
        Assert.True(SecretScalar.TryDecode(Group, Judged.Encode(value), out var scalar));
        return scalar;
    }
}
