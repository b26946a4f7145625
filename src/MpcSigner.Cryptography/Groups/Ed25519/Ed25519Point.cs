using System.Runtime.CompilerServices;

namespace MpcSigner.Cryptography.Groups.Ed25519;

/// <summary>A point of the prime-order subgroup of edwards25519, validated when it was decoded and never again.</summary>
/// <remarks>Bytes and coordinates are made from each other when first asked for; two threads may both do so, with the same result.</remarks>
internal sealed class Ed25519Point : GroupPoint
{
    private byte[]? _encoded;
    private StrongBox<EdwardsPoint>? _coordinates;

    /// <param name="encoded">Validated, or computed by our own code.</param>
    internal Ed25519Point(byte[] encoded)
        : base(Ed25519Group.Instance)
    {
        _encoded = encoded;
        IsIdentity = encoded[0] == 1 && encoded.AsSpan(1).IndexOfAnyExcept((byte)0) < 0;
    }

    internal Ed25519Point(in EdwardsPoint coordinates)
        : base(Ed25519Group.Instance)
    {
        _coordinates = new(coordinates);
        IsIdentity = coordinates.IsIdentity();
    }

    public override bool IsIdentity { get; }

    /// <param name="encoded">Its encoding, as it was judged.</param>
    internal Ed25519Point(in EdwardsPoint coordinates, byte[] encoded)
        : this(encoded) => _coordinates = new(coordinates);

    internal ref readonly EdwardsPoint Coordinates => ref (_coordinates ??= new(EdwardsDecoding.DecodeTrusted(_encoded))).Value;

    internal bool IsEncoded => _encoded is not null;

    private protected override byte[] EncodedBytes => _encoded ??= Coordinates.Encode(Coordinates.Z.Invert());

    internal void Encode(FieldElement inverseOfZ) => _encoded = Coordinates.Encode(inverseOfZ);

    /// <remarks>Cross-multiplied where an encoding is still to be made: cheaper than an inversion.</remarks>
    private protected override bool SameAs(GroupPoint other)
    {
        var theirs = (Ed25519Point)other;
        return IsEncoded && theirs.IsEncoded
            ? _encoded.AsSpan().SequenceEqual(theirs._encoded)
            : Coordinates.Is(theirs.Coordinates);
    }
}
