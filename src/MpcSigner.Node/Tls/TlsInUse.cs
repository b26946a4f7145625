namespace MpcSigner.Node.Tls;

/// <summary>What this node shows in handshakes now; a later one takes its place while connections live on.</summary>
/// <remarks>Former certificates are not disposed before the process ends: handshakes under way may still need their keys.</remarks>
internal sealed class TlsInUse(NodeTls first) : IDisposable
{
    private readonly List<NodeTls> _replaced = [];
    private volatile NodeTls _current = first;

    public NodeTls Current => _current;

    /// <summary>Called by one thread at a time.</summary>
    public void Replace(NodeTls next)
    {
        _replaced.Add(_current);
        _current = next;
    }

    /// <summary>The first one is whoever's made it.</summary>
    public void Dispose()
    {
        foreach (var tls in _replaced.Append(_current).Where(tls => tls != first))
            tls.Dispose();
    }
}
