using Microsoft.Extensions.Logging;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Node.Log;

namespace MpcSigner.Node.Host;

/// <summary>A machine's step: event and time in, effects out.</summary>
internal delegate IReadOnlyList<NodeEffect> MachineStep(NodeEvent happened, Moment now);

/// <summary>Steps the machine, one event at a time, and has its effects executed in order before the next.</summary>
/// <remarks>It ends when the queue is closed, or at a halt: then nothing more of what the machine wanted is done.</remarks>
internal sealed class MachineLoop(MachineStep step, EventQueue events, EffectExecutor effects, MachineClock clock, Halting halting, ILogger logger)
{
    public async Task RunAsync()
    {
        await foreach (var happened in events.ReadAllAsync().ConfigureAwait(false))
        {
            if (halting.IsHalted || !Step(happened))
                return;
        }
    }

    private bool Step(NodeEvent happened)
    {
        IReadOnlyList<NodeEffect> wanted;
        try
        {
            wanted = step(happened, clock.Now);
        }
        catch (IdentityUnavailableException e)
        {
            // What the step wanted is lost with it, as in a crash just before: the machine is given up, and another begins from what is durable.
            halting.LoseToken(e.Message);
            return false;
        }
        catch (Exception e)
        {
            // A machine that threw is in no known state: go on, and it may sign what it must not.
            HostLog.MachineFailed(logger, happened.GetType().Name, e);
            halting.Halt($"a defect while stepping {happened.GetType().Name}: {e.GetType().Name}");
            return false;
        }
        foreach (var effect in wanted)
        {
            if (!Execute(effect))
                return false;
        }
        return true;
    }

    private bool Execute(NodeEffect effect)
    {
        try
        {
            effects.Execute(effect);
        }
        catch (IdentityUnavailableException e)
        {
            halting.LoseToken(e.Message);
        }
        catch (Exception e)
        {
            HostLog.EffectFailed(logger, effect.GetType().Name, e);
            halting.Halt($"a defect while executing {effect.GetType().Name}: {e.GetType().Name}");
        }
        return !halting.IsHalted;
    }
}
