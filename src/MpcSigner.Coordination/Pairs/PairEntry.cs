using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Dkls23.Setup;

namespace MpcSigner.Coordination.Pairs;

/// <summary>What a node has with one peer: the setup in use, the one being made, and what is durable of all.</summary>
internal sealed class PairEntry(NodeId peer, PairRow? row)
{
    private const int SecondsPerDay = 86_400;

    public NodeId Peer { get; } = peer;

    public PairRow Row { get; set; } = row ?? new(peer, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>Perhaps retired or dead meanwhile: look before it is used.</summary>
    public PairSetup? Setup { get; set; }

    /// <summary>Monotonic time at which the setup was made.</summary>
    public TimeSpan MadeAt { get; set; }

    /// <summary>The setup being made, whoever opened its session.</summary>
    public PairRun? Run { get; set; }

    /// <summary>This node's own session for it, with or without a run yet; null while there is none.</summary>
    public PairOpener? Opener { get; set; }

    /// <summary>Not tried again before this.</summary>
    public TimeSpan NotBefore { get; set; }

    /// <summary>Since when a setup is missing; null while there is one or nobody wants one.</summary>
    public TimeSpan? MissingSince { get; set; }

    /// <summary>A session needs it, whether or not setups are made at start.</summary>
    public bool IsWanted { get; set; }

    /// <summary>To be told how the present run ends.</summary>
    public List<Action> Waiting { get; } = [];

    /// <summary>The row with its day's counts as of now: a new day begins them anew, a clock that goes back does not.</summary>
    public PairRow RowOn(Moment now)
    {
        var day = (uint)Math.Max(0, now.Wall.ToUnixTimeSeconds() / SecondsPerDay);
        return day > Row.Day ? Row with { Day = day, FailuresOnDay = 0, SetupsOnDay = 0 } : Row;
    }
}
