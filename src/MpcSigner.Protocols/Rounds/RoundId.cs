using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Rounds;

/// <summary>One exchange of messages of one protocol: its type and, for numbered rounds, its number.</summary>
public readonly record struct RoundId(ProtocolKind Protocol, MessageType Type, byte Number)
{
    public static RoundId Numbered(ProtocolKind protocol, byte number) => new(protocol, MessageType.Round, number);

    public override string ToString() => Type == MessageType.Round ? $"{Protocol} round {Number}" : $"{Protocol} {Type}";
}
