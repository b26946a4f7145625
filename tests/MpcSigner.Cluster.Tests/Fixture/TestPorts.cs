using System.Net;
using System.Net.Sockets;

namespace MpcSigner.Cluster.Tests.Fixture;

internal static class TestPorts
{
    /// <summary>Addresses on loopback whose ports were free a moment ago, all different.</summary>
    public static IReadOnlyList<string> Addresses(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        foreach (var listener in listeners)
            listener.Start();
        var addresses = listeners.Select(l => l.LocalEndpoint.ToString()!).ToList();
        foreach (var listener in listeners)
            listener.Stop();
        return addresses;
    }
}
