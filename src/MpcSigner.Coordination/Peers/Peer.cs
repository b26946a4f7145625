using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Coordination.Peers;

/// <summary>What this node knows of another one.</summary>
internal sealed class Peer(RosterNode node)
{
    /// <summary>As the roster in force names it.</summary>
    public RosterNode Node { get; set; } = node;

    public NodeId Nid => Node.Nid;

    /// <summary>The newest instance seen, with its start counter; null before the first.</summary>
    public (InstanceId Instance, ulong StartCounter)? Newest { get; set; }

    /// <summary>Monotonic time of the last sign of life; null while it does not answer.</summary>
    public TimeSpan? LastHeard { get; set; }

    /// <summary>Its clock minus ours, at the last greeting.</summary>
    public TimeSpan? ClockDifference { get; set; }

    /// <summary>Why it cannot take part although it answers; empty when it can.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>What kind of problem it is; null while there is none.</summary>
    public Reason? ProblemKind { get; private set; }

    /// <summary>Why it does not answer.</summary>
    public string Silence { get; set; } = "not greeted yet";

    /// <summary>Faults seen since it last took part in a success: order the choice of quorums, never exclude (spec §15).</summary>
    public int Strikes { get; set; }

    /// <summary>Left out until an operator readmits it: it broke the protocol in a way that no accident explains.</summary>
    public ExclusionRow? Exclusion { get; set; }

    /// <summary>Sessions that we have open to it: the quieter peer is chosen first.</summary>
    public int LiveSessions { get; set; }

    public bool GreetingUnderWay { get; set; }

    /// <summary>The greeting under way no longer says what is so: another must follow it.</summary>
    public bool GreetAgain { get; set; }

    /// <summary>What it had in force at its last greeting.</summary>
    public (Digest32 Roster, Digest32 Policy)? Documents { get; set; }

    /// <summary>What observers were told last. The kind and not the text of a problem: that one names times, and would be news at every greeting.</summary>
    public (bool Reachable, Reason? Problem) Reported { get; set; }

    /// <param name="problem">Null: it can take part.</param>
    public void Judged(ServiceError? problem) => (ProblemKind, Problem) = (problem?.Reason, problem?.Message ?? "");
}
