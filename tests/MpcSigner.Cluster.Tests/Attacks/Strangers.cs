using System.Net;
using System.Net.Sockets;
using MpcSigner.Cluster.Tests.Fixture;

namespace MpcSigner.Cluster.Tests.Attacks;

/// <summary>Attackers without a certificate: connections that are opened and never become any.</summary>
internal static class Strangers
{
    /// <summary>What begins a TLS handshake and is never followed: a record of 512 bytes is announced, and a few come.</summary>
    private static readonly byte[] s_half = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03];

    /// <summary>Holds so many connections open, half of them silent and half in the middle of a handshake; what the node closes is opened anew.</summary>
    public static async Task<string> HoldAsync(TestNode node, int count, CancellationToken stop)
    {
        var endPoint = IPEndPoint.Parse(node.Address);
        var held = new Socket?[count];
        var (opened, at) = (0, 0);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                if (held[at] is not { } socket || IsClosed(socket))
                {
                    held[at]?.Dispose();
                    held[at] = await TryOpenAsync(endPoint, sendsHalf: at % 2 == 0, stop);
                    opened += held[at] is null ? 0 : 1;
                }
                at = (at + 1) % count;
                if (at == 0)
                    await Task.Delay(1, CancellationToken.None);
            }
            return $"{opened} connections opened and none finished, {held.Count(socket => socket is not null && !IsClosed(socket))} of {count} held open at the end";
        }
        finally
        {
            foreach (var socket in held)
                socket?.Dispose();
        }
    }

    private static async Task<Socket?> TryOpenAsync(IPEndPoint endPoint, bool sendsHalf, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new(true, 0) };
        try
        {
            await socket.ConnectAsync(endPoint, stop);
            if (sendsHalf)
                await socket.SendAsync(s_half, stop);
            return socket;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            return null;
        }
    }

    private static bool IsClosed(Socket socket)
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead) && socket.Receive(new byte[16]) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
