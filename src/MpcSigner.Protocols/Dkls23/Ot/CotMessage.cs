using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;

namespace MpcSigner.Protocols.Dkls23.Ot;

/// <summary>COT1 on the wire (spec §6): ν ‖ U_0 … U_31 ‖ x̂ ‖ t̂_0 … t̂_127. One length, judged before anything is read.</summary>
internal static class CotMessage
{
    private const int NonceSize = 32;
    private const int RowsSize = OtSizes.Trees * OtSizes.RowSize;

    /// <summary>Bytes of COT1.</summary>
    internal const int Size = NonceSize + RowsSize + OtSizes.CheckSize + OtSizes.Kappa * OtSizes.CheckSize;

    internal static Bytes32 Nonce(ReadOnlySpan<byte> message) => new(message[..NonceSize]);

    /// <summary>U_i, 68 bytes.</summary>
    internal static Range Row(int tree) => new(NonceSize + tree * OtSizes.RowSize, NonceSize + (tree + 1) * OtSizes.RowSize);

    /// <summary>x̂.</summary>
    internal static Range ChoiceCheck => new(NonceSize + RowsSize, NonceSize + RowsSize + OtSizes.CheckSize);

    /// <summary>t̂_p.</summary>
    internal static Range RowCheck(int p) =>
        new(NonceSize + RowsSize + (p + 1) * OtSizes.CheckSize, NonceSize + RowsSize + (p + 2) * OtSizes.CheckSize);
}
