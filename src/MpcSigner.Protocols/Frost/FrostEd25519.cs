using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Protocols.Frost;

/// <summary>FROST(Ed25519, SHA-512), RFC 9591 §6.1. H2 carries no context string, so that its signatures are those of RFC 8032.</summary>
internal sealed class FrostEd25519 : FrostSuite
{
    public static readonly FrostEd25519 Instance = new();

    private const int NonceRandomSize = 32;

    private FrostEd25519() { }

    private static ReadOnlySpan<byte> ContextString => "FROST-ED25519-SHA512-v1"u8;

    public override IGroup Group { get; } = Groups.For(Curve.Edwards25519);

    public override PublicScalar H1(ReadOnlySpan<byte> input) => Group.ReduceWideLittleEndian(Hash("rho"u8, input));

    public override PublicScalar Challenge(GroupPoint commitment, GroupPoint publicKey, ReadOnlySpan<byte> message)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        hash.AppendData(commitment.Encoded);
        hash.AppendData(publicKey.Encoded);
        hash.AppendData(message);
        return Group.ReduceWideLittleEndian(hash.GetHashAndReset());
    }

    public override SecretScalar GenerateNonce(SecretScalar share, IRandomSource random)
    {
        Span<byte> fresh = stackalloc byte[NonceRandomSize];
        try
        {
            while (true)
            {
                random.Fill(fresh);
                using var hash = new SecretSha512();
                var nonce = hash.Append(ContextString).Append("nonce"u8).Append(fresh).Append(share).ToScalarLittleEndian(Group);
                if (!nonce.IsZero())
                    return nonce;
                nonce.Dispose();
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fresh);
        }
    }

    public override byte[] H4(ReadOnlySpan<byte> message) => Hash("msg"u8, message);

    public override byte[] H5(ReadOnlySpan<byte> commitments) => Hash("com"u8, commitments);

    public override bool Allows(FrostMode mode, int rootLength) => mode == FrostMode.None && rootLength == 0;

    protected override DerivationFault Derive(GroupPoint publicKey, Digest32 chainCode, ReadOnlySpan<uint> path, out DerivedKey? child) =>
        Ed25519SoftDerivation.TryDerive(publicKey, chainCode, path, out child);

    /// <summary>enc(R) ‖ enc(z).</summary>
    public override byte[] EncodeSignature(GroupPoint commitment, PublicScalar response) => [.. commitment.Encoded, .. response.Encode()];

    public override bool Verify(GroupPoint publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Ed25519Signature.Verify(publicKey, message, signature);

    private static byte[] Hash(ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> input)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        hash.AppendData(ContextString);
        hash.AppendData(purpose);
        hash.AppendData(input);
        return hash.GetHashAndReset();
    }
}
