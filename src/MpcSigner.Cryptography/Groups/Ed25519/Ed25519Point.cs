namespace MpcSigner.Cryptography.Groups.Ed25519;

/// <summary>A point of the prime-order subgroup of edwards25519, validated when it was decoded and never again.</summary>
internal sealed class Ed25519Point(byte[] encoded, bool isIdentity) : GroupPoint(Ed25519Group.Instance)
{
    public override bool IsIdentity { get; } = isIdentity;

    private protected override byte[] EncodedBytes => encoded;

    internal byte[] Raw => encoded;
}
