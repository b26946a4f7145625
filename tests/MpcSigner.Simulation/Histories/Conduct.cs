using MpcSigner.Simulation.Cheats;
using MpcSigner.Simulation.Cheats.Lies;
using MpcSigner.Simulation.Host;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Simulation.Histories;

/// <summary>How a node cheats.</summary>
public enum Conduct
{
    /// <summary>It opens its commitment of a key generation differently to one other party.</summary>
    TwoFacedDealer = 2,

    /// <summary>As a coordinator it asks a co-signer twice under one nonce, with different commitments of its own.</summary>
    CoordinatorAsksTwice = 3,

    /// <summary>In refreshes and reshares it says nothing after round 3: no ACK, no certificate, no answer.</summary>
    SilentAfterRound3 = 4,

    /// <summary>It shows its ACK to all others but one.</summary>
    AcknowledgesToHalf = 5,

    /// <summary>Its START says something else than the administrators' order, to all or to one.</summary>
    LyingCoordinator = 6,

    /// <summary>It shows again and again what was certified before.</summary>
    OldGeneration = 7,

    /// <summary>It opens its sessions of maintenance again and again under one id.</summary>
    SessionRunTwice = 8,

    /// <summary>It tells one of the lies of the tampering matrix.</summary>
    Lies = 9,

    /// <summary>It uses another share than its own.</summary>
    BentShare = 10,

    /// <summary>It relays otherwise than it should.</summary>
    HostileRelay = 11,

    /// <summary>It tells others of signatures that are none.</summary>
    FalseResults = 12,

    /// <summary>It shows its ACK of a refresh or reshare to one other, and tells the rest that it never gave one.</summary>
    TwoWords = 13,
}

/// <summary>One cheater of a plan.</summary>
/// <param name="Node">Which node, by its place in the cluster.</param>
/// <param name="Row">Of the lie that it tells; empty where it tells none.</param>
public sealed record CheaterPlan(int Node, Conduct Conduct, string Row = "")
{
    /// <summary>What several cheaters of one history can be.</summary>
    public static CheaterPlan Draw(int node, SeededSource random, bool ecdsa, bool rotates) => random.Below(10) switch
    {
        0 => new(node, Conduct.BentShare),
        1 => new(node, Conduct.FalseResults),
        2 => new(node, Conduct.HostileRelay, Enum.GetValues<RelayTrick>()[random.Below(Enum.GetValues<RelayTrick>().Length)].ToString()),
        _ => new(node, Conduct.Lies, LieBook.Draw(random, lie => Fits(lie, ecdsa, rotates))),
    };

    /// <summary>A history without ECDSA has no presign session, and so on; what stops every key from being made is a creation's lie, so half of the lies come later.</summary>
    private static bool Fits(Lie lie, bool ecdsa, bool rotates) => lie.Protocol switch
    {
        ProtocolKind.PairSetup or ProtocolKind.Presign => ecdsa,
        ProtocolKind.Frost => !ecdsa,
        ProtocolKind.Dkg => !rotates,
        ProtocolKind.Refresh or ProtocolKind.Reshare or ProtocolKind.Recovery => rotates,
    };

    public override string ToString() => Row.Length == 0 ? $"{Conduct} at {Node}" : $"{Conduct} {Row} at {Node}";
}
