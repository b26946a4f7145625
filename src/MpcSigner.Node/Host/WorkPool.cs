using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Node.Log;

namespace MpcSigner.Node.Host;

/// <summary>Runs long arithmetic on as many workers as there are cores, first come first served.</summary>
internal sealed class WorkPool : IAsyncDisposable
{
    private readonly Channel<NodeEffect.Compute> _waiting = Channel.CreateUnbounded<NodeEffect.Compute>();
    private readonly EventQueue _events;
    private readonly Halting _halting;
    private readonly ILogger _logger;
    private readonly Task[] _workers;

    public WorkPool(EventQueue events, Halting halting, ILogger logger)
    {
        (_events, _halting, _logger) = (events, halting, logger);
        _workers = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(WorkAsync))];
    }

    /// <summary>Bounded by the machine's live sessions, each of which waits for its own work.</summary>
    public void Run(NodeEffect.Compute compute) => _waiting.Writer.TryWrite(compute);

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await Task.WhenAll(_workers).ConfigureAwait(false);
    }

    private async Task WorkAsync()
    {
        await foreach (var compute in _waiting.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (_halting.IsHalted)
                return;
            try
            {
                compute.Work.Run();
            }
            catch (IdentityUnavailableException e)
            {
                _halting.LoseToken(e.Message);
                return;
            }
            catch (Exception e)
            {
                HostLog.EffectFailed(_logger, compute.Work.GetType().Name, e);
                _halting.Halt($"a defect in {compute.Work.GetType().Name}: {e.GetType().Name}");
                return;
            }
            _events.PostAnswer(new NodeEvent.Computed(compute.Token));
        }
    }
}
