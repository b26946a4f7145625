using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>An HTTP/2 connection made of bytes, for what no library would send (RFC 9113).</summary>
internal sealed class RawHttp2 : IDisposable
{
    public const byte Data = 0, Headers = 1, ResetStream = 3, Settings = 4, Ping = 6, GoAway = 7, Continuation = 9;
    public const byte EndStream = 1, EndHeaders = 4;

    private static readonly byte[] Preface = Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    private readonly TcpClient _tcp;

    private RawHttp2(TcpClient tcp, SslStream stream) => (_tcp, Stream) = (tcp, stream);

    public SslStream Stream { get; }

    /// <summary>Shakes hands as the host's client.</summary>
    public static async Task<RawHttp2> ConnectAsync(RpcHost host, SslProtocols protocols = SslProtocols.Tls13, string application = "h2")
    {
        var tcp = new TcpClient { ReceiveBufferSize = 8192, NoDelay = true };
        await tcp.ConnectAsync("127.0.0.1", host.Address.Port);
        var stream = new SslStream(tcp.GetStream());
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = protocols,
                ApplicationProtocols = [new SslApplicationProtocol(application)],
                ClientCertificateContext = SslStreamCertificateContext.Create(host.ClientCertificate, null, offline: true),
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            });
        }
        catch
        {
            await stream.DisposeAsync();
            tcp.Dispose();
            throw;
        }

        return new RawHttp2(tcp, stream);
    }

    /// <summary>Sends the preface and our settings: (identifier, value).</summary>
    public async Task OpenAsync(params (ushort Id, uint Value)[] settings)
    {
        await Stream.WriteAsync(Preface);
        var payload = new byte[6 * settings.Length];
        for (var i = 0; i < settings.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(6 * i), settings[i].Id);
            BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan((6 * i) + 2), settings[i].Value);
        }

        await FrameAsync(Settings, 0, 0, payload);
    }

    public async Task FrameAsync(byte type, byte flags, int stream, ReadOnlyMemory<byte> payload, int? declared = null)
    {
        var frame = new byte[9 + payload.Length];
        var length = declared ?? payload.Length;
        frame[0] = (byte)(length >> 16);
        frame[1] = unchecked((byte)(length >> 8));
        frame[2] = unchecked((byte)length);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsMemory(9));
        await Stream.WriteAsync(frame);
        await Stream.FlushAsync();
    }

    /// <summary>Headers of a gRPC request, as HPACK literals.</summary>
    public Task RequestAsync(int stream, string path, byte flags = EndHeaders)
    {
        var block = new List<byte>();
        foreach (var (name, value) in new[]
        {
            (":method", "POST"), (":scheme", "https"), (":path", path), (":authority", "localhost"),
            ("content-type", "application/grpc"), ("te", "trailers"),
        })
        {
            block.Add(0);
            block.Add((byte)name.Length);
            block.AddRange(Encoding.ASCII.GetBytes(name));
            block.Add((byte)value.Length);
            block.AddRange(Encoding.ASCII.GetBytes(value));
        }

        return FrameAsync(Headers, flags, stream, block.ToArray());
    }

    /// <summary>
    /// Goes on with a request's headers in CONTINUATION frames and never ends them; true when the peer ends the stream or the connection
    /// after at most <paramref name="patience"/> bytes.
    /// </summary>
    public async Task<bool> IsEndedByHeadersAsync(int stream, int patience)
    {
        const int valueLength = 120;
        var field = new byte[] { 0, 4, (byte)'l', (byte)'o', (byte)'n', (byte)'g', valueLength };
        byte[] block = [.. Enumerable.Repeat((byte[])[.. field, .. Encoding.ASCII.GetBytes(new string('x', valueLength))], 8).SelectMany(bytes => bytes)];
        try
        {
            for (var sent = 0; sent < patience; sent += block.Length)
                await FrameAsync(Continuation, 0, stream, block);
        }
        catch (IOException)
        {
            return true; // the connection was reset while we still wrote
        }

        return await ReadUntilAsync((type, on, _) => type == GoAway || (type == ResetStream && on == stream)) || await IsClosedAsync();
    }

    /// <summary>Reads frames until the peer closes or one satisfies the condition; true if one did.</summary>
    public async Task<bool> ReadUntilAsync(Func<byte, int, byte[], bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var header = new byte[9];
        try
        {
            while (await Stream.ReadAtLeastAsync(header, 9, throwOnEndOfStream: false, patience.Token) == 9)
            {
                var payload = new byte[(header[0] << 16) | (header[1] << 8) | header[2]];
                await Stream.ReadExactlyAsync(payload, patience.Token);
                if (condition(header[3], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)), payload))
                    return true;
            }
        }
        catch (IOException)
        {
            // A reset connection is as closed as a closed one.
        }

        return false;
    }

    /// <summary>True when the peer closes the connection, whatever it says before.</summary>
    public async Task<bool> IsClosedAsync() => !await ReadUntilAsync((_, _, _) => false);

    public void Dispose()
    {
        Stream.Dispose();
        _tcp.Dispose();
    }
}
