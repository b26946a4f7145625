using MpcSigner.Chains.Solana;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Coordination.Signing;

/// <summary>Verifies finished signatures against what this node decoded itself, and builds what the client sends on.</summary>
internal static class SignatureCheck
{
    public static bool Holds(SigningCase signing, ReadOnlySpan<byte> signature) => signing.Record.Suite switch
    {
        Suite.FrostEd25519 => signature.Length == Ed25519Signature.Size
            && Ed25519Signature.Verify(signing.Record.PublicKey.Span, signing.Payload.Message.Span, signature),
        Suite.None or Suite.EcdsaSecp256k1 or Suite.EcdsaP256 or Suite.FrostSecp256k1 or Suite.FrostSecp256k1Taproot =>
            throw new NotSupportedException($"this build has no keys of suite {signing.Record.Suite}"),
    };

    /// <summary>The signed transaction, or empty where the payload is none or asks for other signatures too.</summary>
    public static ReadOnlyMemory<byte> Artefact(SigningCase signing, ReadOnlyMemory<byte> signature) => signing.Action.Kind switch
    {
        PayloadKind.SolanaTransaction => SolanaTransaction.TryAssemble(
            signing.Payload.Message.Span,
            new Dictionary<SolanaAddress, ReadOnlyMemory<byte>> { [new(signing.Record.PublicKey.Span)] = signature },
            out var transaction, out _) ? transaction.Bytes : default,
        PayloadKind.Raw => default,
        PayloadKind.EvmTransaction or PayloadKind.EvmMessage => throw new NotSupportedException("this build decodes no Ethereum payloads"),
    };
}
