using MpcSigner.Pkcs11.Interop;

namespace MpcSigner.Pkcs11.Keys;

/// <summary>What a signing key signs with.</summary>
public enum SigningAlgorithm
{
    /// <summary>RFC 8032, over the message: <c>CKM_EDDSA</c> without parameters.</summary>
    Ed25519,

    /// <summary>ECDSA over P-256, of a digest of 32 bytes: <c>CKM_ECDSA</c>.</summary>
    P256,
}

/// <summary>Names of curves and encodings of points, as tokens write them.</summary>
internal static class Curves
{
    private const byte OctetString = 0x04;
    private const byte BitString = 0x03;
    private const byte Uncompressed = 0x04;
    private const int Ed25519Bytes = 32;
    private const int P256Bytes = 65;

    /// <summary>Values of <c>CKA_EC_PARAMS</c> that mean the curve, in the order in which they are tried.</summary>
    internal static byte[][] NamesOf(SigningAlgorithm algorithm) => algorithm switch
    {
        // OBJECT IDENTIFIER 1.3.101.112 (RFC 8410); PrintableString "edwards25519" (3.0's own example).
        SigningAlgorithm.Ed25519 => [[0x06, 0x03, 0x2B, 0x65, 0x70], [0x13, 0x0C, .. "edwards25519"u8]],
        // OBJECT IDENTIFIER 1.2.840.10045.3.1.7.
        SigningAlgorithm.P256 => [[0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]],
    };

    internal static CKK KeyTypeOf(SigningAlgorithm algorithm) => algorithm switch
    {
        SigningAlgorithm.Ed25519 => CKK.EC_EDWARDS,
        SigningAlgorithm.P256 => CKK.EC,
    };

    internal static CKM GenerationOf(SigningAlgorithm algorithm) => algorithm switch
    {
        SigningAlgorithm.Ed25519 => CKM.EC_EDWARDS_KEY_PAIR_GEN,
        SigningAlgorithm.P256 => CKM.EC_KEY_PAIR_GEN,
    };

    internal static CKM SigningOf(SigningAlgorithm algorithm) => algorithm switch
    {
        SigningAlgorithm.Ed25519 => CKM.EDDSA,
        SigningAlgorithm.P256 => CKM.ECDSA,
    };

    /// <summary>A public key from <c>CKA_EC_POINT</c>: raw, or within an OCTET STRING (2.40) or BIT STRING (drafts of 3.0). Null if it is neither.</summary>
    /// <returns>Ed25519: 32 bytes; P-256: 04 ‖ x ‖ y.</returns>
    internal static byte[]? ReadPoint(SigningAlgorithm algorithm, ReadOnlySpan<byte> value)
    {
        var length = algorithm switch
        {
            SigningAlgorithm.Ed25519 => Ed25519Bytes,
            SigningAlgorithm.P256 => P256Bytes,
        };
        // The three have different lengths: which one it is cannot be mistaken.
        ReadOnlySpan<byte> raw = value switch
        {
            _ when value.Length == length => value,
            [OctetString, var said, .. var rest] when said == length && rest.Length == length => rest,
            [BitString, var said, 0, .. var rest] when said == length + 1 && rest.Length == length => rest,
            _ => [],
        };
        return raw.Length != length || (algorithm is SigningAlgorithm.P256 && raw[0] != Uncompressed) ? null : raw.ToArray();
    }
}
