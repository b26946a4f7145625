using MpcSigner.Cryptography.Interop.Secp256k1;

namespace MpcSigner.Cryptography.Groups.Secp256k1;

/// <summary>A point of secp256k1 as libsecp256k1 holds it, or O, which the library cannot hold.</summary>
internal sealed class Secp256k1Point : GroupPoint
{
    private readonly byte[]? _native;
    private byte[]? _encoded;

    /// <param name="native">A <c>secp256k1_pubkey</c> that the library filled; null for O.</param>
    internal Secp256k1Point(byte[]? native, byte[]? encoded = null)
        : base(Secp256k1Group.Instance) => (_native, _encoded) = (native, encoded);

    public override bool IsIdentity => _native is null;

    /// <summary>The library's form; of a point other than O.</summary>
    internal ReadOnlySpan<byte> Native => _native ?? throw new InvalidOperationException("the library has no form of the identity");

    private protected override byte[] EncodedBytes => _encoded ??= Serialize();

    private protected override bool SameAs(GroupPoint other) => EncodedBytes.AsSpan().SequenceEqual(((Secp256k1Point)other).EncodedBytes);

    private byte[] Serialize()
    {
        var encoded = new byte[Secp256k1Group.EncodedSize];
        var length = (nuint)encoded.Length;
        Libsecp256k1.MustSucceed(Libsecp256k1.secp256k1_ec_pubkey_serialize(
            Libsecp256k1.Context, encoded, ref length, Native, Libsecp256k1.SECP256K1_EC_COMPRESSED));
        return encoded;
    }
}
