using MpcSigner.Coordination.Boundary;
using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Coordination.Machine;

/// <summary>Runs a protocol party's steps off the machine's thread, one after the other, in the order in which they came.</summary>
/// <typeparam name="TStep">What a step leads to.</typeparam>
/// <param name="done">Gets each outcome. After <see cref="Stop"/> it must only wipe what it is given.</param>
/// <param name="shortage">Locked memory ran out within a step: the party is in no known state any more.</param>
internal sealed class StepQueue<TStep>(MachineContext context, Action<TStep> done, Action<string> shortage) where TStep : class
{
    private readonly Queue<StepWork> _waiting = new();
    private bool _running;
    private bool _stopped;
    private Action? _whenIdle;

    /// <summary>One step: its result, or why it has none.</summary>
    private sealed class StepWork(Func<TStep> step, IDisposable? input) : Work
    {
        public IDisposable? Input => input;


        public TStep? Result { get; private set; }

        public string? Shortage { get; private set; }

        public override void Run()
        {
            try
            {
                Result = step();
            }
            catch (SecureMemoryException e)
            {
                Shortage = e.Message;
            }
        }
    }

    /// <summary>Nothing runs and nothing waits.</summary>
    public bool IsIdle => !_running && _waiting.Count == 0;

    /// <param name="input">What the step takes over when it runs; wiped here if it never does.</param>
    public void Add(Func<TStep> step, IDisposable? input = null)
    {
        if (_stopped)
        {
            input?.Dispose();
            return;
        }
        _waiting.Enqueue(new(step, input));
        RunNext();
    }

    /// <summary>What waits is forgotten, and its input wiped.</summary>
    /// <param name="whenIdle">Called once no step runs: then the party may be disposed.</param>
    public void Stop(Action whenIdle)
    {
        if (_stopped)
            return;
        _stopped = true;
        while (_waiting.TryDequeue(out var never))
            never.Input?.Dispose();
        if (_running)
            _whenIdle = whenIdle;
        else
            whenIdle();
    }

    private void RunNext()
    {
        if (_running || !_waiting.TryDequeue(out var work))
            return;
        _running = true;
        context.Compute(work, () =>
        {
            _running = false;
            if (work.Result is { } result)
                done(result);
            else if (!_stopped)
                shortage(work.Shortage!);
            if (_whenIdle is { } idle)
            {
                _whenIdle = null;
                idle();
            }
            RunNext();
        });
    }
}
