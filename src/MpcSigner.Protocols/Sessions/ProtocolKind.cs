namespace MpcSigner.Protocols.Sessions;

/// <summary>What a session runs; the number is the join's (spec §4.10).</summary>
public enum ProtocolKind : byte
{
    PairSetup = 1,
    Dkg = 2,
    Refresh = 3,
    Reshare = 4,
    Recovery = 5,
    Presign = 6,
    Frost = 7,
}
