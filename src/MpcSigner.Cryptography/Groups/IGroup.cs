using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Keys;

namespace MpcSigner.Cryptography.Groups;

/// <summary>A group of prime order q with generator G (spec §1), on public values.</summary>
/// <remarks>
/// Everything here may take a time that depends on its arguments: a secret never enters, which is why the operations
/// that invite one are named "Public". Secret scalars live in MpcSigner.Cryptography.Secrets.
/// Points and scalars of another group are refused with <see cref="ArgumentException"/>.
/// </remarks>
public interface IGroup
{
    /// <summary>Bytes of an encoded scalar, in every group.</summary>
    const int ScalarSize = 32;

    /// <summary>Bytes of the input of a wide reduction.</summary>
    const int WideSize = 64;

    Curve Curve { get; }

    /// <summary>The curve's name as a field of hashes (spec §3.2).</summary>
    string Name { get; }

    /// <summary>Bytes of an encoded point: 33 (SEC1 compressed) or 32 (RFC 8032).</summary>
    int PointSize { get; }

    /// <summary>O. It has no encoding and never comes off the wire.</summary>
    GroupPoint Identity { get; }

    GroupPoint Generator { get; }

    PublicScalar Zero { get; }

    PublicScalar One { get; }

    /// <summary>Strict decoding (spec §3.1): exact length, canonical, on the curve, in the prime-order subgroup, not O.</summary>
    bool TryDecodePoint(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out GroupPoint? point);

    /// <summary>Strict decoding of many encodings, one behind the other: null where <see cref="TryDecodePoint"/> would refuse. Cheaper than one by one.</summary>
    /// <param name="encoded">One encoding for each of <paramref name="points"/>.</param>
    /// <returns>Whether all are valid.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    bool DecodePoints(ReadOnlySpan<byte> encoded, Span<GroupPoint?> points);

    GroupPoint Add(GroupPoint a, GroupPoint b);

    GroupPoint Subtract(GroupPoint a, GroupPoint b);

    GroupPoint Negate(GroupPoint a);

    /// <summary>s·P, variable time.</summary>
    GroupPoint MultiplyPublic(PublicScalar scalar, GroupPoint point);

    /// <summary>s·G, variable time.</summary>
    GroupPoint MultiplyBasePublic(PublicScalar scalar);

    /// <summary>Σ s_i·P_i, variable time; the empty sum is O.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    GroupPoint LinearCombinationPublic(ReadOnlySpan<PublicScalar> scalars, ReadOnlySpan<GroupPoint> points);

    /// <summary>Whether the points of a linear combination share their doublings, so that one equation over many is cheaper than many equations.</summary>
    bool SharesDoublings { get; }

    /// <summary>Σ P_i; the empty sum is O.</summary>
    GroupPoint Sum(ReadOnlySpan<GroupPoint> points);

    /// <summary>Σ x^k·C_k, k from 0: a committed polynomial at a party's coordinate (variable time, made for small x).</summary>
    GroupPoint EvaluatePublic(ReadOnlySpan<GroupPoint> commitments, ushort x);

    /// <summary>Computes the encodings of many points at once (one field inversion for all), so that encoding each is then free.</summary>
    void PrepareEncodings(ReadOnlySpan<GroupPoint> points);

    /// <summary>Strict decoding in the group's encoding: 32 bytes, below q. Nothing is ever reduced.</summary>
    bool TryDecodeScalar(ReadOnlySpan<byte> encoded, out PublicScalar scalar);

    PublicScalar FromUInt64(ulong value);

    /// <summary>A scalar for each 128-bit number, no two alike, such that points are multiplied by it fast: coefficients of random linear combinations.</summary>
    PublicScalar CoefficientOf(UInt128 bits);

    /// <summary>OS2IP(64 bytes) mod q: Hs of every group (spec §3.2).</summary>
    PublicScalar ReduceWideBigEndian(ReadOnlySpan<byte> wide);

    /// <summary>64 bytes read little endian, mod q: RFC 8032 and RFC 9591 (Ed25519).</summary>
    PublicScalar ReduceWideLittleEndian(ReadOnlySpan<byte> wide);

    PublicScalar AddPublic(PublicScalar a, PublicScalar b);

    PublicScalar SubtractPublic(PublicScalar a, PublicScalar b);

    PublicScalar MultiplyPublic(PublicScalar a, PublicScalar b);

    PublicScalar NegatePublic(PublicScalar a);

    /// <exception cref="DivideByZeroException">Zero has no inverse.</exception>
    PublicScalar InvertPublic(PublicScalar a);

    /// <summary>1/a for a difference of party numbers: a hundred times cheaper than for any scalar.</summary>
    /// <exception cref="DivideByZeroException">Zero has no inverse.</exception>
    PublicScalar InvertSmallPublic(ushort a);

    /// <summary>A point that our own constant-time code has just computed and encoded; null bytes stand for O. Not validated again.</summary>
    internal GroupPoint FromOwnEncoding(ReadOnlySpan<byte> encoded);
}
