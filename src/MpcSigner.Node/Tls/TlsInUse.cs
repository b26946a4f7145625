namespace MpcSigner.Node.Tls;

/// <summary>What this node shows in handshakes now; a later one takes its place while connections live on.</summary>
/// <remarks>Former certificates are not disposed before the process ends: handshakes under way may still need their keys.</remarks>
internal sealed class TlsInUse(NodeTls first) : IDisposable
{
    private readonly Stack<NodeTls> _all = new([first]);
    private readonly Lock _lock = new();

    public NodeTls Current
    {
        get
        {
            lock (_lock)
                return _all.Peek();
        }
    }

    public void Replace(NodeTls next)
    {
        lock (_lock)
            _all.Push(next);
    }

    public void Dispose()
    {
        foreach (var tls in _all)
            tls.Dispose();
    }
}
