using MpcSigner.Protocols.Faults;

namespace MpcSigner.Protocols.Rounds;

/// <summary>What a state becomes when its round is complete: the next state with what it sends, or the end with everyone it blames.</summary>
public abstract record Transition<TNext> where TNext : class
{
    private Transition() { }

    public sealed record Advance(TNext Next, Outbox Outbox) : Transition<TNext>;

    public sealed record Abort(ProtocolFault Fault) : Transition<TNext>;
}
