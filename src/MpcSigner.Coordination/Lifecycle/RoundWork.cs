using MpcSigner.Coordination.Boundary;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>One transition of key generation, computed off the machine's thread: up to some hundred milliseconds for a large batch.</summary>
internal sealed class RoundWork<TNext>(Func<Transition<TNext>> step) : Work where TNext : class
{
    private Transition<TNext>? _result;

    public Transition<TNext> Result => _result ?? throw new InvalidOperationException("the work has not run");

    public override void Run() => _result = step();
}
