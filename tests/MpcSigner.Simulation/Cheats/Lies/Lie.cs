using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Simulation.Cheats.Lies;

/// <summary>What must follow from a lie, where it is heard.</summary>
public enum Verdict
{
    /// <summary>Nothing can be told from this message alone: what comes of it is worthless, or as good as without the lie.</summary>
    None = 1,

    /// <summary>The session ends there without a verdict: nobody in particular, no setup dies.</summary>
    Nobody = 2,

    /// <summary>The session ends there, and the liar is named.</summary>
    Named = 3,

    /// <summary>The session ends there, the liar is named, and the pair setup with it is dead for ever.</summary>
    Condemned = 4,
}

/// <summary>One row of the tampering matrix (spec §18.3) as a cheater plays it: which message it changes, how, and what must follow.</summary>
/// <param name="Row">The matrix's id and the protocol; or a name of its own where the matrix has no such row.</param>
/// <param name="OneVictim">Told to one other party only; false: the same to all.</param>
/// <param name="Tell">The changed payload; null where this very message does not lend itself to it.</param>
public sealed record Lie(string Row, ProtocolKind Protocol, MessageType Type, byte Round, Verdict Verdict, bool OneVictim, Func<Draft, byte[]?> Tell)
{
    /// <summary>Rows of the matrix that name the protocol, since they exist for several.</summary>
    private static readonly string[] OfSeveral = ["T26", "T27c"];

    /// <summary>The matrix's id of the row; null where the lie is one that the matrix does not list.</summary>
    public string? MatrixRow => Row[0] is not ('T' or 'R') || !char.IsAsciiDigit(Row[1]) ? null : OfSeveral.Any(Row.StartsWith) ? Row : Row[..Row.IndexOf('@', StringComparison.Ordinal)];

    /// <summary>The kind of fault that it must be named for; null where several checks can be the first to tell.</summary>
    public FaultKind? Kind { get; init; }

    /// <summary>How round 1 must be changed already, for the lie of round 2; nothing can be told from it. Null: not at all.</summary>
    public Func<Draft, byte[]?>? Before { get; init; }

    public bool Fits(ProtocolKind protocol, MessageType type, byte round) =>
        Protocol == protocol && Type == type && (Round == round || (Before is not null && round == 1));

    /// <summary>Whether whoever hears it can only end the session: it must not acknowledge, activate or call itself ready.</summary>
    public bool EndsTheSession => Verdict != Verdict.None;
}
