using MpcSigner.Chains.Solana;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Requests;

namespace MpcSigner.Coordination.Signing;

/// <summary>Verifies finished signatures against what this node decoded itself, and builds what the client sends on.</summary>
internal static class SignatureCheck
{
    public static bool Holds(SigningCase signing, ReadOnlySpan<byte> signature) => signing.Verification.Verifies(signing.Payload.Message.Span, signature);

    /// <summary>The signed transaction, or empty where the payload is none or asks for other signatures too.</summary>
    public static ReadOnlyMemory<byte> Artefact(SigningCase signing, ReadOnlyMemory<byte> signature) => signing.Action.Kind switch
    {
        PayloadKind.SolanaTransaction => SolanaTransaction.TryAssemble(
            signing.Payload.Message.Span,
            new Dictionary<SolanaAddress, ReadOnlyMemory<byte>> { [new(signing.Verification.PublicKey.Encoded)] = signature },
            out var transaction, out _) ? transaction.Bytes : default,
        PayloadKind.Raw => default,
        PayloadKind.EvmTransaction or PayloadKind.EvmMessage => throw new NotSupportedException("this build decodes no Ethereum payloads"),
    };
}
