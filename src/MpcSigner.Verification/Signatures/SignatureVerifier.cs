using MpcSigner.Chains;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Verification.Keys;

namespace MpcSigner.Verification.Signatures;

/// <summary>What a signature was found to be. The zero value is no verdict.</summary>
public enum SignatureFault : byte
{
    NotChecked = 0,
    Valid,

    /// <summary>The payload is none that this key can sign; see the error.</summary>
    BadPayload,

    /// <summary>Not a signature of this key over what the payload asks to be signed.</summary>
    BadSignature,

    /// <summary>This release cannot verify signatures of the key's suite.</summary>
    UnsupportedSuite,
}

/// <param name="Error">Why the payload was refused, for <see cref="SignatureFault.BadPayload"/>.</param>
public readonly record struct SignatureVerdict(SignatureFault Fault, ServiceError? Error = null)
{
    public bool IsValid => Fault == SignatureFault.Valid;
}

/// <summary>Verifies a signature from the payload's own bytes: what a node derived from them is derived here again.</summary>
public static class SignatureVerifier
{
    /// <param name="payload">The bytes of the request.</param>
    /// <param name="signature">As the suite encodes it; Ed25519: R ‖ s, 64 bytes.</param>
    public static SignatureVerdict Verify(VerifiedKey key, PayloadKind kind, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(key);
        var publicKey = key.Record.PublicKey.Span;
        return PayloadDecoder.TryDecode(kind, payload, key.Record.Suite, publicKey, out var decoded, out var error)
            ? VerifyMessage(key.Record.Suite, publicKey, decoded.Message.Span, signature)
            : new(SignatureFault.BadPayload, error);
    }

    /// <param name="message">What goes into the suite's signature scheme.</param>
    public static SignatureVerdict VerifyMessage(Suite suite, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        switch (suite)
        {
            case Suite.FrostEd25519:
                return new(Ed25519Signature.Verify(publicKey, message, signature) ? SignatureFault.Valid : SignatureFault.BadSignature);
            case Suite.EcdsaSecp256k1:
            case Suite.EcdsaP256:
            case Suite.FrostSecp256k1:
            case Suite.FrostSecp256k1Taproot:
            case Suite.None:
                return new(SignatureFault.UnsupportedSuite);
        }
        return new(SignatureFault.UnsupportedSuite);
    }
}
