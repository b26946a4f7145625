using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Protocols.Dkls23.Setup;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23;

/// <summary>Matching seeds of one direction, as a pair setup leaves them, with Δ in the open: dealt, not made by the protocol.</summary>
internal sealed class SeedPair : IDisposable
{
    public SeedPair(IRandomSource random)
    {
        var (leaves, ordered) = (new byte[32 * 16 * 16], new byte[32 * 16 * 16]);
        random.Fill(leaves);
        random.Fill(Delta);
        for (var tree = 0; tree < 32; tree++)
        {
            for (var slot = 1; slot < 16; slot++)
                leaves.AsSpan(((tree * 16) + (slot ^ DeltaOf(tree))) * 16, 16).CopyTo(ordered.AsSpan(((tree * 16) + slot) * 16));
        }
        Sender = new(SecureMemory.CopyOf(Delta), SecureMemory.CopyOf(ordered));
        Receiver = new(SecureMemory.CopyOf(leaves));
    }

    public byte[] Delta { get; } = new byte[16];

    public OtSenderSeeds Sender { get; }

    public OtReceiverSeeds Receiver { get; }

    /// <summary>Δ_i.</summary>
    public int DeltaOf(int tree) => (Delta[tree / 2] >> (tree % 2 * 4)) & 15;

    public void Dispose()
    {
        Sender.Dispose();
        Receiver.Dispose();
    }
}
