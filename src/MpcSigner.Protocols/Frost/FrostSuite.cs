using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Protocols.Frost;

/// <summary>What RFC 9591 §6 fixes for a suite: H1–H5 and the signature's form. Everything else of FROST is the same for all.</summary>
internal abstract class FrostSuite
{
    /// <exception cref="NotSupportedException">The suite is no FROST suite.</exception>
    public static FrostSuite For(Suite suite) => suite switch
    {
        Suite.FrostEd25519 => FrostEd25519.Instance,
        Suite.FrostSecp256k1 => FrostSecp256k1.Instance,
        Suite.FrostSecp256k1Taproot => FrostTaproot.Instance,
        Suite.None or Suite.EcdsaSecp256k1 or Suite.EcdsaP256 => throw new NotSupportedException("not a FROST suite"),
    };

    public abstract IGroup Group { get; }

    /// <summary>H1, the binding factor.</summary>
    public abstract PublicScalar H1(ReadOnlySpan<byte> input);

    /// <summary>H2 over enc(R) ‖ enc(P) ‖ m: the challenge.</summary>
    public abstract PublicScalar Challenge(GroupPoint commitment, GroupPoint publicKey, ReadOnlySpan<byte> message);

    /// <summary>nonce_generate: H3(32 fresh random bytes ‖ share encoding); drawn again if zero (spec §19.2).</summary>
    public abstract SecretScalar GenerateNonce(SecretScalar share, IRandomSource random);

    /// <summary>H4, the message digest.</summary>
    public abstract byte[] H4(ReadOnlySpan<byte> message);

    /// <summary>H5, the commitment list's digest.</summary>
    public abstract byte[] H5(ReadOnlySpan<byte> commitments);

    /// <summary>Whether the suite signs in this mode (spec §19.3: 0 none, 1 key-path, with a root of 0 or 32 bytes).</summary>
    public abstract bool Allows(FrostMode mode, int rootLength);

    /// <summary>Whether the suite signs messages of this length: all but Taproot sign any, as they are.</summary>
    public virtual bool AllowsMessage(int length) => true;

    /// <summary>The effective key of a request (spec §19.3 step 3, §19.5 steps 1 to 3).</summary>
    /// <param name="publicKey">P of the record.</param>
    /// <param name="root">As <see cref="Allows"/> accepted it for the mode.</param>
    /// <param name="key">Not null where the answer is <see cref="DerivationFault.None"/>.</param>
    public virtual DerivationFault TryDeriveKey(
        GroupPoint publicKey, Digest32 chainCode, ReadOnlySpan<uint> path, FrostMode mode, ReadOnlySpan<byte> root, out FrostKey? key)
    {
        var fault = Derive(publicKey, chainCode, path, out var child);
        key = child is null ? null : new(child.PublicKey, false, child.Tweak);
        return fault;
    }

    /// <summary>Whether nonces count with the opposite sign for this R (spec §19.5: ε = −1).</summary>
    public virtual bool NegatesNonces(GroupPoint commitment) => false;

    /// <summary>The additive path tweak τ and P_τ (spec §11).</summary>
    protected abstract DerivationFault Derive(GroupPoint publicKey, Digest32 chainCode, ReadOnlySpan<uint> path, out DerivedKey? child);

    public abstract byte[] EncodeSignature(GroupPoint commitment, PublicScalar response);

    /// <summary>The strict verification that stands between every signature and the world (spec §19.1).</summary>
    public abstract bool Verify(GroupPoint publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);
}

/// <summary>The u8 mode of a request (spec §19.3).</summary>
public enum FrostMode : byte
{
    None = 0,

    /// <summary>Taproot key path (suite c).</summary>
    KeyPath = 1,
}
