using System.Security.Cryptography;
using System.Text;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Protocols.Frost;

/// <summary>What suites (b) and (c) share: secp256k1 and the hashes of RFC 9591 §6.5, apart by their context string.</summary>
internal abstract class FrostSha256Suite(string contextString) : FrostSuite
{
    private const int NonceRandomSize = 32;

    private readonly byte[] _rho = Domain(contextString, "rho"), _nonce = Domain(contextString, "nonce"), _msg = Domain(contextString, "msg"), _com = Domain(contextString, "com");

    public override IGroup Group { get; } = Groups.For(Curve.Secp256k1);

    public override PublicScalar H1(ReadOnlySpan<byte> input) => HashToField.ToScalar(Group, _rho, input);

    public override SecretScalar GenerateNonce(SecretScalar share, IRandomSource random)
    {
        Span<byte> fresh = stackalloc byte[NonceRandomSize];
        try
        {
            while (true)
            {
                random.Fill(fresh);
                using var hash = new SecretHashToField(Group, _nonce);
                var nonce = hash.Append(fresh).Append(share).ToScalar();
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

    public override byte[] H4(ReadOnlySpan<byte> message) => Hash(_msg, message);

    public override byte[] H5(ReadOnlySpan<byte> commitments) => Hash(_com, commitments);

    protected override DerivationFault Derive(GroupPoint publicKey, Digest32 chainCode, ReadOnlySpan<uint> path, out DerivedKey? child) =>
        Sec1Derivation.TryDerive(publicKey, chainCode, path, out child);

    protected static byte[] Domain(string contextString, string purpose) => Encoding.ASCII.GetBytes(contextString + purpose);

    private static byte[] Hash(byte[] domain, ReadOnlySpan<byte> input)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(domain);
        hash.AppendData(input);
        return hash.GetHashAndReset();
    }
}
