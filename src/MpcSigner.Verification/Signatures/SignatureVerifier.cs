using System.Diagnostics.CodeAnalysis;
using MpcSigner.Chains;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Verification.Keys;

namespace MpcSigner.Verification.Signatures;

/// <summary>What a signature was found to be. The zero value is no verdict.</summary>
public enum SignatureFault : byte
{
    NotChecked = 0,
    Valid,

    /// <summary>The payload, path or output is none that this key can sign with; see the error.</summary>
    BadPayload,

    /// <summary>Not a signature of this key over what the payload asks to be signed.</summary>
    BadSignature,
}

/// <param name="Error">Why the payload was refused, for <see cref="SignatureFault.BadPayload"/>.</param>
public readonly record struct SignatureVerdict(SignatureFault Fault, ServiceError? Error = null)
{
    public bool IsValid => Fault == SignatureFault.Valid;
}

/// <summary>Verifies a signature from the request's own bytes: what a node derived from them is derived here again.</summary>
public static class SignatureVerifier
{
    /// <param name="asked">The request's action: path, Taproot output and payload as they were signed by the client.</param>
    /// <param name="signature">As the suite encodes it; Ed25519: R ‖ s, 64 bytes; ECDSA: r ‖ s ‖ recovery id, 65 bytes.</param>
    public static SignatureVerdict Verify(VerifiedKey key, RequestAction.Sign asked, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(asked);
        if (!TryFindKey(key, asked, out var signer, out var error)
            || !PayloadDecoder.TryDecode(asked.Kind, asked.Payload.Span, key.Record.Suite, signer.PublicKey.Encoded, out var decoded, out error))
            return new(SignatureFault.BadPayload, error);
        return new(signer.Verifies(decoded.Message.Span, signature) ? SignatureFault.Valid : SignatureFault.BadSignature);
    }

    /// <summary>The key that a request's signature verifies under, or why there is none.</summary>
    public static bool TryFindKey(VerifiedKey key, RequestAction.Sign asked, [NotNullWhen(true)] out VerificationKey? signer, [NotNullWhen(false)] out ServiceError? error)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(asked);
        signer = null;
        error = null;
        if (!VerificationKey.Allows(key.Record.Suite, asked.Taproot))
        {
            error = new(Reason.MalformedRequest, $"The request names a Taproot output; the key is of suite {key.Record.Suite}.", "Name an output for Taproot keys only.");
            return false;
        }
        var fault = VerificationKey.TryCreate(key.Record, [.. asked.Path], asked.Taproot, out signer);
        if (fault != DerivationFault.None)
            error = DerivationPath.Refuse(fault);
        return signer is not null;
    }
}
