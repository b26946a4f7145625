using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Protocols.Frost;

/// <summary>Suite (c): FROST whose signatures are those of BIP-340, under a Taproot output key or the plain key (spec §19.5).</summary>
internal sealed class FrostTaproot() : FrostSha256Suite("FROST-secp256k1-SHA256-TR-v1")
{
    public static readonly FrostTaproot Instance = new();

    /// <summary>What Taproot signs is a digest.</summary>
    private const int MessageSize = 32;

    /// <summary>Step 5: the challenge of BIP-340, over x-only R and Q.</summary>
    public override PublicScalar Challenge(GroupPoint commitment, GroupPoint publicKey, ReadOnlySpan<byte> message) =>
        TaprootKeys.Reduce(Group, TaprootKeys.TaggedHash("BIP0340/challenge"u8, [.. XOf(commitment), .. XOf(publicKey), .. message]));

    public override bool Allows(FrostMode mode, int rootLength) => mode switch
    {
        FrostMode.None => rootLength == 0,
        FrostMode.KeyPath => rootLength is 0 or FrostRequest.RootSize,
    };

    public override bool AllowsMessage(int length) => length == MessageSize;

    /// <summary>ε of step 4: BIP-340 knows R by its x alone and takes the even y.</summary>
    public override bool NegatesNonces(GroupPoint commitment) => TaprootKeys.IsOdd(commitment);

    /// <summary>Steps 1 to 3 after the path: the key made even, tweaked by its merkle root, and made even again.</summary>
    public override DerivationFault TryDeriveKey(
        GroupPoint publicKey, Digest32 chainCode, ReadOnlySpan<uint> path, FrostMode mode, ReadOnlySpan<byte> root, out FrostKey? key)
    {
        var fault = base.TryDeriveKey(publicKey, chainCode, path, mode, root, out key);
        if (fault != DerivationFault.None || key is null)
            return fault;
        key = MadeEven(key); // step 1
        switch (mode)
        {
            case FrostMode.None:
                break;
            case FrostMode.KeyPath:
                if (!TaprootKeys.TryTweak(key.PublicKey, root, out var tweak, out var output))
                    return DerivationFault.InvalidChild;
                key = MadeEven(new(output, key.Negated, Group.AddPublic(key.Tweak, tweak))); // steps 2 and 3
                break;
        }
        return DerivationFault.None;
    }

    /// <summary>Step 6: x(R) ‖ z.</summary>
    public override byte[] EncodeSignature(GroupPoint commitment, PublicScalar response) => [.. XOf(commitment), .. response.Encode()];

    public override bool Verify(GroupPoint publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Bip340Signature.Verify(XOf(publicKey), message, signature);

    /// <summary>The key itself if its y is even, else its negative, with every share's sign and tweak turned as well.</summary>
    private FrostKey MadeEven(FrostKey key) =>
        TaprootKeys.IsOdd(key.PublicKey) ? new(Group.Negate(key.PublicKey), !key.Negated, Group.NegatePublic(key.Tweak)) : key;

    private static ReadOnlySpan<byte> XOf(GroupPoint point) => point.Encoded[1..];
}
