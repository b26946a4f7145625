using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>What is stored in clear of a secret that k of m operators hold (Feldman's verifiable Shamir sharing over the scalars of secp256k1): enough to judge a share, and not to make one.</summary>
/// <remarks>
/// The secret is a scalar s drawn uniformly from [1, q), f(0) = s, operator i holds f(i), and C_j = a_j·G is stored for each coefficient. <b>What the header gives away.</b> Shares of k − 1 operators and all C_j can be
/// simulated from C_0 alone (draw the k − 1 shares, interpolate the other C_j in the exponent), so together they say no more than C_0 = s·G does. Of s nothing is used but HKDF(s): to tell that from a random key
/// takes s itself, the discrete logarithm of C_0. A uniform s cannot be guessed as a passphrase can. Bare Shamir would not rest on that logarithm; but whoever can take it needs none of the shares
/// that are sealed here, since the public keys that they belong to then give the private ones.
/// </remarks>
public sealed class QuorumHeader
{
    /// <summary>Operators at least, and shares that open at least: a single share that opens would be a key file.</summary>
    public const int MinThreshold = 2;

    /// <summary>Operators at most.</summary>
    public const int MaxOperators = 16;

    /// <summary>Bytes of <see cref="Encode"/> at most.</summary>
    public const int MaxSize = 3 + MaxOperators * PointSize;

    private const byte FormatVersion = 1;
    private const int PointSize = 33;

    private readonly GroupPoint[] _commitments;

    internal QuorumHeader(int operators, GroupPoint[] commitments)
    {
        (Operators, _commitments) = (operators, commitments);
        Id = QuorumId.Of(operators, commitments);
    }

    /// <summary>The sharing is over the scalars of this group.</summary>
    internal static IGroup Group { get; } = Groups.Groups.For(Curve.Secp256k1);

    /// <summary>k: so many shares open, 2..<see cref="Operators"/>.</summary>
    public int Threshold => _commitments.Length;

    /// <summary>m: 2..<see cref="MaxOperators"/>, numbered from 1.</summary>
    public int Operators { get; }

    /// <summary>Of this very dealing: another one of the same secret's successor, or of another node, has another.</summary>
    public QuorumId Id { get; }

    /// <summary>u8 version ‖ u8 k ‖ u8 m ‖ k · C_j.</summary>
    public byte[] Encode()
    {
        var writer = new ByteWriter(MaxSize).U8(FormatVersion).U8((byte)Threshold).U8((byte)Operators);
        foreach (var commitment in _commitments)
            writer.Bytes(commitment.Encoded);
        return writer.ToArray();
    }

    /// <summary>False: damaged, of another version, or out of bounds.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out QuorumHeader? header)
    {
        header = null;
        var reader = new ByteReader(bytes);
        if (!reader.U8(out var version) || version != FormatVersion || !reader.U8(out var threshold) || !reader.U8(out var operators)
            || !AreWithinBounds(threshold, operators))
            return false;
        var commitments = new GroupPoint[threshold];
        for (var j = 0; j < threshold; j++)
        {
            if (!reader.Bytes(PointSize, out var encoded) || !Group.TryDecodePoint(encoded, out var point))
                return false;
            commitments[j] = point;
        }
        if (!reader.AtEnd)
            return false;
        header = new(operators, commitments);
        return true;
    }

    /// <summary>2 ≤ k ≤ m ≤ 16.</summary>
    public static bool AreWithinBounds(int threshold, int operators) =>
        threshold is >= MinThreshold && threshold <= operators && operators is <= MaxOperators;

    /// <summary>f(i)·G, from the commitments.</summary>
    internal GroupPoint PublicShare(PartyId number) => Group.EvaluatePublic(_commitments, number.Value);

    internal GroupPoint PublicSecret => _commitments[0];
}

/// <summary>Names one dealing of a quorum's secret: 8 bytes of a hash over k, m and the commitments. Tells shares apart; that a share is right, the commitments say.</summary>
public readonly record struct QuorumId
{
    public const int Size = 8;

    private readonly ulong _value;

    internal QuorumId(ulong value) => _value = value;

    internal static QuorumId Of(int operators, ReadOnlySpan<GroupPoint> commitments)
    {
        var writer = new ByteWriter(QuorumHeader.MaxSize + 32).Bytes("MpcSigner/quorum/1"u8).U8((byte)commitments.Length).U8((byte)operators);
        foreach (var commitment in commitments)
            writer.Bytes(commitment.Encoded);
        return new(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(writer.Written)));
    }

    internal void Write(Span<byte> destination) => System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(destination, _value);

    /// <summary>16 hexadecimal digits.</summary>
    public override string ToString() => _value.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
