namespace MpcSigner.Protocols.Sessions;

/// <summary>The type byte of an envelope header (spec §4.10).</summary>
public enum MessageType : byte
{
    Start = 1,
    Round = 2,
    Ready = 3,
    Ack = 4,
    Certificate = 5,
    Abort = 6,
    Done = 7,
    OnlineRequest = 8,
    OnlineReply = 9,
    FrostCommitment = 10,
    FrostRequest = 11,
    FrostShare = 12,
    OnlineResult = 13,
}

/// <summary>Which messages a protocol knows. An envelope of any other kind is dropped before it is opened (spec §4.2).</summary>
public static class MessageTypes
{
    /// <summary>Numbers of the rounds of a protocol: a pair setup counts its messages M0–M4 from 0, all else from 1.</summary>
    private static (byte First, byte Last) Rounds(ProtocolKind protocol) => protocol switch
    {
        ProtocolKind.PairSetup => (0, 4),
        ProtocolKind.Dkg or ProtocolKind.Refresh or ProtocolKind.Reshare or ProtocolKind.Recovery => (1, 3),
        ProtocolKind.Presign => (1, 2),
        ProtocolKind.Frost => (1, 0), // FROST names its messages by type and has no numbered rounds
    };

    /// <summary>Whether this protocol has a message of this type and round (0 outside rounds).</summary>
    public static bool Has(ProtocolKind protocol, MessageType type, byte round)
    {
        if (type == MessageType.Round)
        {
            var (first, last) = Rounds(protocol);
            return round >= first && round <= last;
        }
        return round == 0 && HasOutsideRounds(protocol, type);
    }

    private static bool HasOutsideRounds(ProtocolKind protocol, MessageType type) => type switch
    {
        MessageType.Start or MessageType.Abort => true,
        MessageType.Ack or MessageType.Certificate or MessageType.Done =>
            protocol is ProtocolKind.Dkg or ProtocolKind.Refresh or ProtocolKind.Reshare,
        // In key generation the proof that the order is booked, in refresh and reshare the ABORTs of earlier attempts.
        MessageType.Ready => protocol is ProtocolKind.Presign or ProtocolKind.Dkg or ProtocolKind.Refresh or ProtocolKind.Reshare,
        MessageType.OnlineRequest or MessageType.OnlineReply => protocol is ProtocolKind.Presign,
        MessageType.FrostCommitment or MessageType.FrostRequest or MessageType.FrostShare => protocol is ProtocolKind.Frost,
        MessageType.OnlineResult => protocol is ProtocolKind.Presign or ProtocolKind.Frost,
        MessageType.Round => false,
    };

    internal static bool IsDefined(byte value) => value is >= (byte)MessageType.Start and <= (byte)MessageType.OnlineResult;
}
