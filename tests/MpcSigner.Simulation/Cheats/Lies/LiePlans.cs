using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;

namespace MpcSigner.Simulation.Cheats.Lies;

/// <summary>Calm plans in which one lie is told: what comes of it is decided by nothing else.</summary>
public static class LiePlans
{
    /// <summary>Alone with its victim where cryptography is dear.</summary>
    private const int Liars = 2;

    public static Plan For(Lie lie, ulong seed)
    {
        var ecdsa = lie.Protocol is ProtocolKind.PairSetup or ProtocolKind.Presign;
        Rotation? rotation = lie.Protocol switch
        {
            ProtocolKind.Refresh or ProtocolKind.Reshare => new(Spare: 1, Operations: 3, LosesDisk: false),
            ProtocolKind.Recovery => new(Spare: 0, Operations: 4, LosesDisk: true),
            _ => null,
        };
        return new(
            ecdsa ? Suite.EcdsaSecp256k1 : Suite.FrostEd25519, ecdsa ? 2 : rotation is null ? 3 : 4, 2, 0, 0, 0, 0, 0, 0, 0,
            Orders: lie.Protocol == ProtocolKind.Dkg ? 2 : 1, Signatures: ecdsa || rotation is not null ? 1 : 3, TimeSpan.FromSeconds(rotation is null ? 4 : 12), rotation)
        {
            Cheaters = [new((int)(seed % Liars), Conduct.Lies, lie.Row)],
        };
    }
}
