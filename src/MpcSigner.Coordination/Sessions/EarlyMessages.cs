using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Sessions;

/// <summary>Messages that come before whoever takes them is ready: kept up to a bound, and handed on in the order they came. Handing one on may end the session, and all of this with it.</summary>
internal sealed class EarlyMessages(int bound) : IDisposable
{
    private readonly Queue<OpenedMessage> _waiting = [];
    private bool _over;

    /// <summary>Keeps one, or wipes it: beyond the bound, and once the session is over.</summary>
    public void Keep(OpenedMessage message)
    {
        if (_over || _waiting.Count == bound)
            message.Dispose();
        else
            _waiting.Enqueue(message);
    }

    public void HandOn(Action<OpenedMessage> take)
    {
        while (_waiting.TryDequeue(out var message))
            take(message);
    }

    public void Dispose()
    {
        _over = true;
        HandOn(static message => message.Dispose());
    }
}
