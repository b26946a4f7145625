using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Multiplication;

namespace MpcSigner.Protocols.Dkls23.Multiplication;

/// <summary>VOLE2 on the wire (spec §7): ã (row by row, three scalars each) ‖ η ‖ μ.</summary>
internal static class VoleMessage
{
    private const int Corrections = VoleSenderRows.CorrectionsSize;

    /// <summary>Bytes of VOLE2.</summary>
    internal const int Size = Corrections + IGroup.ScalarSize + CheckSize;

    private const int CheckSize = 32;

    internal static Range OfCorrections => new(0, Corrections);

    /// <summary>η.</summary>
    internal static Range OfResponse => new(Corrections, Corrections + IGroup.ScalarSize);

    /// <summary>μ.</summary>
    internal static Range OfCheck => new(Corrections + IGroup.ScalarSize, Size);
}
