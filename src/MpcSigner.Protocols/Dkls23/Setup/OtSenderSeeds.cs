using System.Diagnostics;
using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>What A, the sender of OT extension, keeps of a setup: Δ and all leaves but one of each tree (spec §5.3).</summary>
/// <remarks>
/// Leaves lie in the order that §6 sums them in, brought into it once and in constant time: whoever expands them afterwards has no index that depends on Δ.
/// </remarks>
[DebuggerDisplay("<redacted>")]
internal sealed class OtSenderSeeds : IDisposable
{
    /// <param name="delta">Layout of <see cref="Delta"/>; owned from here on.</param>
    /// <param name="leaves">Layout of <see cref="Leaves"/>; owned from here on.</param>
    internal OtSenderSeeds(SecureMemory delta, SecureMemory leaves)
    {
        if (delta.Length != SetupSizes.Delta || leaves.Length != SetupSizes.AllSeeds)
            throw new ArgumentException($"Δ of {delta.Length} bytes, leaves of {leaves.Length}");
        Delta = delta;
        Leaves = leaves;
    }

    /// <summary>16 bytes: bit p = 4i + b, least significant first, is bit_b(Δ_i).</summary>
    internal SecureMemory Delta { get; }

    /// <summary>32 trees × 16 slots × 16 bytes: slot z of tree i holds the first 16 bytes of leaf y = z ⊕ Δ_i. Slot 0, whose leaf A lacks, is zero.</summary>
    internal SecureMemory Leaves { get; }

    public override string ToString() => "OtSenderSeeds(<redacted>)";

    public void Dispose()
    {
        Delta.Dispose();
        Leaves.Dispose();
    }
}
