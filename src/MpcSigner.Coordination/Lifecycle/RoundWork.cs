using MpcSigner.Coordination.Boundary;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>One transition of key generation, computed off the machine's thread: up to some hundred milliseconds for a large batch.</summary>
internal sealed class RoundWork<TNext>(Func<Transition<TNext>> step) : Work where TNext : class
{
    private Transition<TNext>? _result;

    public Transition<TNext> Result => _result ?? throw new InvalidOperationException("the work has not run");

    /// <summary>Why there is no result: locked memory was short, which is the world's fault and ends this key generation only. Null when there is one.</summary>
    public string? Shortage { get; private set; }

    /// <remarks>What the step held when memory ran out is wiped with the last reference to it.</remarks>
    public override void Run()
    {
        try
        {
            _result = step();
        }
        catch (SecureMemoryException e)
        {
            Shortage = e.Message;
        }
    }
}
