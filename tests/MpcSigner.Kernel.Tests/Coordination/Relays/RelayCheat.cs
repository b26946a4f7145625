namespace MpcSigner.Kernel.Tests.Coordination.Relays;

/// <summary>What whoever carries envelopes can do to them without opening any (spec §18.3, last row).</summary>
public enum RelayCheat
{
    /// <summary>One envelope is lost on the way.</summary>
    Drop,

    /// <summary>An envelope is overtaken by the next on its way, or comes late where there is no next.</summary>
    Reorder,

    /// <summary>Every envelope comes twice.</summary>
    Duplicate,

    /// <summary>Before every envelope come those of other sessions, as they were and relabelled for this one.</summary>
    OtherSessions,

    /// <summary>Before every envelope come all former ones of its way again.</summary>
    ReplayOld,

    /// <summary>Every envelope comes late.</summary>
    Delay,

    /// <summary>One party is shown nothing of what the others get.</summary>
    SplitViews,

    /// <summary>Before every envelope comes a copy that names another sender.</summary>
    ForgedSender,
}
