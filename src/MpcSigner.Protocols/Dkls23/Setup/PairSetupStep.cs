using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>What the host makes durable before an outbox leaves.</summary>
[Flags]
public enum DurableFirst
{
    Nothing = 0,

    /// <summary><see cref="PairSetupParty.Epochs"/>, which this run uses up whatever becomes of it (M1 leaves).</summary>
    Epochs = 1,

    /// <summary>The count of setups with this peer (C13; M3 leaves).</summary>
    SetupCount = 2,
}

/// <summary>What a message of a pair setup led to.</summary>
public abstract record PairSetupStep
{
    private PairSetupStep() { }

    /// <summary>Nothing yet: a message before its turn, or a repetition.</summary>
    public sealed record Wait : PairSetupStep;

    /// <summary>The next message is to be sealed and sent, once what it needs is durable.</summary>
    public sealed record Send(Outbox Outbox, DurableFirst First) : PairSetupStep;

    /// <summary>Both directions are confirmed. The receiver owns the setup.</summary>
    /// <param name="Outbox">What of ours is still to be sent, when the peer's last messages came before their turn; else empty.</param>
    public sealed record Complete(PairSetup Setup, Outbox Outbox, DurableFirst First) : PairSetupStep;

    /// <summary>The run is over, its secrets are wiped, nothing became active. The peer, if it is told at all, is told "abort" and no reason (C7).</summary>
    public sealed record Abort(ProtocolFault Fault) : PairSetupStep;
}
