using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Cheats.Lies;

namespace MpcSigner.Simulation.Histories;

/// <summary>Calm plans in which one node cheats in one way: what comes of it is decided by nothing else.</summary>
public static class FocusedPlans
{
    /// <summary>Alone with its victim where cryptography is dear: one liar of two.</summary>
    private const int Liars = 2;

    /// <summary>One lie of the matrix.</summary>
    public static Plan Telling(Lie lie, ulong seed)
    {
        var plan = Calm(lie.Protocol);
        return plan with
        {
            Nodes = plan.Suite == Suite.EcdsaSecp256k1 ? 2 : plan.Nodes,
            Cheaters = [new((int)(seed % Liars), Conduct.Lies, lie.Row)],
        };
    }

    /// <summary>One conduct, where the named protocol runs.</summary>
    public static Plan Cheating(Conduct conduct, ProtocolKind protocol, ulong seed)
    {
        var plan = Calm(protocol);
        // A node that is started anew is part of it: what it knew before is what its disk knows.
        return plan with { Signatures = 4, Crashes = plan.Rotation is null ? 0 : 3, Cheaters = [new((int)(seed % (ulong)plan.Nodes), conduct)] };
    }

    private static Plan Calm(ProtocolKind protocol)
    {
        var ecdsa = protocol is ProtocolKind.PairSetup or ProtocolKind.Presign;
        Rotation? rotation = protocol switch
        {
            ProtocolKind.Refresh or ProtocolKind.Reshare => new(Spare: 1, Operations: 3, LosesDisk: false),
            ProtocolKind.Recovery => new(Spare: 0, Operations: 4, LosesDisk: true),
            _ => null,
        };
        return new(
            ecdsa ? Suite.EcdsaSecp256k1 : Suite.FrostEd25519, rotation is null ? 3 : 4, 2, 0, 0, 0, 0, 0, 0, 0,
            Orders: protocol == ProtocolKind.Dkg ? 2 : 1, Signatures: ecdsa || rotation is not null ? 1 : 3, TimeSpan.FromSeconds(rotation is null ? 4 : 12), rotation);
    }
}
