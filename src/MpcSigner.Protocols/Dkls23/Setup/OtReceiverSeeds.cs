using System.Diagnostics;
using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>What B, the receiver of OT extension, keeps of a setup: all leaves of all trees (spec §5.3).</summary>
[DebuggerDisplay("<redacted>")]
internal sealed class OtReceiverSeeds : IDisposable
{
    /// <param name="leaves">Layout of <see cref="Leaves"/>; owned from here on.</param>
    internal OtReceiverSeeds(SecureMemory leaves)
    {
        if (leaves.Length != SetupSizes.AllSeeds)
            throw new ArgumentException($"leaves of {leaves.Length} bytes");
        Leaves = leaves;
    }

    /// <summary>32 trees × 16 slots × 16 bytes: slot y of tree i holds the first 16 bytes of leaf y.</summary>
    internal SecureMemory Leaves { get; }

    public override string ToString() => "OtReceiverSeeds(<redacted>)";

    public void Dispose() => Leaves.Dispose();
}
