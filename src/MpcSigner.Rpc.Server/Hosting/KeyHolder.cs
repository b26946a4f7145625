using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace MpcSigner.Rpc.Server;

/// <summary>Whoever holds one client key, over all connections made with it: what it takes up here.</summary>
/// <param name="maxUnreadBytes">Of replies that it asked for and has not taken yet.</param>
internal sealed class KeyHolder(long maxUnreadBytes)
{
    private static readonly object Place = new();

    private long _unread;

    /// <summary>Guarded by the gate that shares connections out.</summary>
    public int Connections { get; set; }

    /// <summary>Null for a connection that came through no gate.</summary>
    public static KeyHolder? Of(HttpContext http) => http.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(Place, out var holder) == true ? (KeyHolder?)holder : null;

    public void Attach(IDictionary<object, object?> connectionItems) => connectionItems[Place] = this;

    /// <summary>False when with so many bytes more it would have too many unread. A single reply always finds room: it is bounded itself.</summary>
    public bool TryReserve(int bytes)
    {
        var unread = Interlocked.Add(ref _unread, bytes);
        if (unread <= maxUnreadBytes || unread == bytes)
            return true;
        Release(bytes);
        return false;
    }

    public void Release(int bytes) => Interlocked.Add(ref _unread, -bytes);
}
