using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Kernel.Tests.Coordination;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Setup;

/// <summary>Locked memory of a pair setup is counted for the whole process: nothing else runs meanwhile.</summary>
[Collection(nameof(SecretsTests))]
public sealed class PairSetupMemoryTests
{
    /// <summary>Bytes of a node's half: Δ (a piece of 32), two times 8,192 of leaves, 32 of the zero seed.</summary>
    private const long Half = 32 + 2 * 8_192 + 32;

    public PairSetupMemoryTests()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [Fact]
    public void A_finished_run_holds_the_seeds_and_nothing_else()
    {
        var before = SecureSlabs.Shared.BytesInUse;
        var pair = new SetupPair().Run();
        Assert.Equal(before + 2 * Half, SecureSlabs.Shared.BytesInUse);
        pair.Setup(0).Dispose();
        Assert.Equal(before + Half, SecureSlabs.Shared.BytesInUse);
        pair.Dispose();
        Assert.Equal(before, SecureSlabs.Shared.BytesInUse);
    }

    /// <summary>Every message spoilt in turn, also by its length: however a run ends, only the other node's finished half may remain.</summary>
    [Fact]
    public void An_aborted_run_gives_every_secret_back()
    {
        var before = SecureSlabs.Shared.BytesInUse;
        var aborted = 0;
        for (byte number = 0; number <= 4; number++)
        {
            foreach (var at in (int[])[0, 40, -40, -1, int.MaxValue])
            {
                var pair = new SetupPair
                {
                    Bend = (from, round, payload) => (from, round) != (0, number) ? payload : at == int.MaxValue ? payload[1..] : Spoilt(payload, at),
                }.Run();
                aborted += pair.Ends.Count(end => end is MpcSigner.Protocols.Dkls23.Setup.PairSetupStep.Abort);
                pair.Dispose();
                Assert.Equal(before, SecureSlabs.Shared.BytesInUse);
            }
        }
        Assert.True(aborted >= 20, $"{aborted} aborts");
    }

    private static byte[] Spoilt(byte[] payload, int at)
    {
        payload[((at % payload.Length) + payload.Length) % payload.Length] ^= 0x80;
        return payload;
    }
}
