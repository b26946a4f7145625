using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Protocols.Dkls23.Multiplication;
using MpcSigner.Protocols.Dkls23.Ot;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>Where the parts of presign messages stand (spec §12, §16.1). A message is its session's presignatures, one behind the other: one length, judged before parsing.</summary>
internal static class PresignLayout
{
    private const int PointSize = 33;

    /// <summary>Round 1 of one presignature: ctx ‖ setup_id ‖ com ‖ COT1.</summary>
    internal const int Round1 = 3 * Digest32.Size + CotMessage.Size;

    /// <summary>Round 2 of one presignature: T1 ‖ R ‖ salt ‖ pk ‖ Γ^u ‖ Γ^v ‖ ψ ‖ VOLE2.</summary>
    internal const int Round2 = 2 * Digest32.Size + 4 * PointSize + IGroup.ScalarSize + VoleMessage.Size;

    /// <summary>READY of one presignature: T2 ‖ R.</summary>
    internal const int Ready = Digest32.Size + PointSize;

    internal const int SaltSize = 32;

    internal static Range Context => 0..32;

    internal static Range SetupId => 32..64;

    internal static Range Commitment => 64..96;

    internal static Range Cot => 96..Round1;

    internal static Range T1 => 0..32;

    internal static Range NoncePoint => 32..65;

    internal static Range Salt => 65..97;

    internal static Range KeyPoint => 97..130;

    internal static Range GammaU => 130..163;

    internal static Range GammaV => 163..196;

    internal static Range Psi => 196..228;

    internal static Range Vole => 228..Round2;

    /// <summary>Presignature k of a message.</summary>
    internal static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> message, int size, int k) => message.Slice(k * size, size);

    /// <inheritdoc cref="Part(ReadOnlySpan{byte}, int, int)"/>
    internal static Span<byte> Part(Span<byte> message, int size, int k) => message.Slice(k * size, size);
}
