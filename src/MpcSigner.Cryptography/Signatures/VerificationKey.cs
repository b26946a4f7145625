using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Cryptography.Signatures;

/// <summary>What a request's signature verifies under: the key of the record, derived by the request's path and, for Taproot, tweaked to its output key.</summary>
/// <remarks>Computed from the record and the client's request alone, by each node, client and auditor for itself (spec §11, §19.5).</remarks>
public sealed class VerificationKey
{
    private VerificationKey(Suite suite, DerivedKey derived, GroupPoint publicKey) => (Suite, Derived, PublicKey) = (suite, derived, publicKey);

    public Suite Suite { get; }

    /// <summary>τ, P_τ and the chain code at the path.</summary>
    public DerivedKey Derived { get; }

    /// <summary>P_τ; for a Taproot key its output key with even y, known to the world by its x alone.</summary>
    public GroupPoint PublicKey { get; }

    /// <summary>x of <see cref="PublicKey"/>: what BIP-340 and BIP-341 call the public key.</summary>
    /// <exception cref="InvalidOperationException">The key is not one of Taproot.</exception>
    public ReadOnlySpan<byte> XOnly => Suite == Suite.FrostSecp256k1Taproot ? PublicKey.Encoded[1..] : throw new InvalidOperationException("only Taproot keys are known by x");

    /// <summary>Whether a key of this suite has such an output.</summary>
    public static bool Allows(Suite suite, TaprootOutput taproot)
    {
        ArgumentNullException.ThrowIfNull(taproot);
        return suite == Suite.FrostSecp256k1Taproot || taproot.Mode == TaprootMode.None;
    }

    /// <summary>The key of a record at a path, as an output where that is meant.</summary>
    /// <param name="taproot">As <see cref="Allows"/> has it.</param>
    /// <param name="key">Not null where the answer is <see cref="DerivationFault.None"/>.</param>
    /// <exception cref="ArgumentException">The record's public key is no point of its curve, or its suite has no such output.</exception>
    public static DerivationFault TryCreate(KeyRecord record, ReadOnlySpan<uint> path, TaprootOutput taproot, out VerificationKey? key)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (!Allows(record.Suite, taproot))
            throw new ArgumentException($"keys of suite {record.Suite} have no Taproot output", nameof(taproot));
        key = null;
        var fault = KeyDerivation.TryDerive(record, path, out var derived);
        if (fault != DerivationFault.None || derived is null)
            return fault;
        if (Output(record.Suite, derived.PublicKey, taproot) is not { } output)
            return DerivationFault.InvalidChild;
        key = new(record.Suite, derived, output);
        return DerivationFault.None;
    }

    /// <summary>Whether a signature in the suite's own form holds over the message.</summary>
    /// <param name="message">What goes into the suite's signature scheme: a message, or for ECDSA and Taproot a digest of 32 bytes.</param>
    /// <param name="signature">64 bytes (Ed25519, Taproot) or 65 (<see cref="EcdsaSignature"/>, <see cref="SchnorrSecp256k1Signature"/>); any other length does not hold.</param>
    public bool Verifies(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => Suite switch
    {
        Suite.FrostEd25519 => signature.Length == Ed25519Signature.Size && Ed25519Signature.Verify(PublicKey.Encoded, message, signature),
        Suite.FrostSecp256k1 => SchnorrSecp256k1Signature.Verify(PublicKey, message, signature),
        Suite.FrostSecp256k1Taproot => Bip340Signature.Verify(XOnly, message, signature),
        Suite.EcdsaSecp256k1 or Suite.EcdsaP256 => VerifiesEcdsa(message, signature),
        Suite.None => throw new InvalidOperationException("a key has a suite"),
    };

    /// <summary>Only the form that signers release: low s, and a recovery id that leads to this key and to no other (spec §13).</summary>
    private bool VerifiesEcdsa(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature) =>
        EcdsaSignature.TryDecode(PublicKey.Group, signature, out var ecdsa) && ecdsa.IsLowS && ecdsa.Verify(PublicKey, digest)
        && ecdsa.TryRecover(digest, out var recovered) && recovered == PublicKey;

    /// <summary>Null if the output does not exist, which no key is known to reach.</summary>
    private static GroupPoint? Output(Suite suite, GroupPoint derived, TaprootOutput taproot)
    {
        if (suite != Suite.FrostSecp256k1Taproot)
            return derived;
        var even = Even(derived); // spec §19.5 step 1; steps 2 and 3 below
        return taproot.Mode switch
        {
            TaprootMode.None => even,
            TaprootMode.KeyPath => TaprootKeys.TryTweak(even, taproot.Root.Span, out _, out var output) ? Even(output) : null,
        };
    }

    private static GroupPoint Even(GroupPoint point) => TaprootKeys.IsOdd(point) ? point.Group.Negate(point) : point;
}
