using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Hardening;
using MpcSigner.Node.Log;
using MpcSigner.Node.Start;

namespace MpcSigner.Node.Unsealing;

/// <summary>Where operators give their shares: a Unix socket in the node's folder (0600), for processes of the node's own user and of root.</summary>
/// <remarks>One question a connection, then the writing side is closed; the answer is one line of JSON (<see cref="UnsealWire"/>).</remarks>
internal sealed class UnsealSocket : IAsyncDisposable
{
    /// <summary>Connections served at a time; further ones wait in the kernel's queue.</summary>
    public const int MaxConnections = 4;

    /// <summary>Connections that wait; beyond it they are refused by the kernel.</summary>
    public const int Backlog = 16;

    /// <summary>Bytes beyond a line that are read for the answer to arrive; a connection that sends more is cut off.</summary>
    public const int MaxDrained = 16 << 10;

    /// <summary>A connection takes no longer, whatever it does.</summary>
    public static readonly TimeSpan ConnectionLimit = TimeSpan.FromSeconds(10);

    private const int SOL_SOCKET = 1, SO_PEERCRED = 17, CredentialsSize = 12;

    private readonly string _path;
    private readonly QuorumUnsealing _unsealing;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Socket _listener;
    private readonly SemaphoreSlim _places = new(MaxConnections, MaxConnections);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    private UnsealSocket(string path, Socket listener, QuorumUnsealing unsealing, TimeProvider time, ILogger logger)
    {
        (_path, _listener, _unsealing, _time, _logger) = (path, listener, unsealing, time, logger);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Listens from here on.</summary>
    /// <exception cref="StartRefusedException">The path is too long for a socket, another process of the node listens there, or the folder refuses.</exception>
    public static UnsealSocket Open(string path, QuorumUnsealing unsealing, TimeProvider time, ILogger logger)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            var endPoint = UnsealWire.EndPoint(path);
            if (File.Exists(path) && IsAnswered(endPoint))
                throw new StartRefusedException(ExitCode.StoreInUse, $"Another process of this node waits for shares at {path}.", "Stop it first.");
            File.Delete(path); // of a process that was killed
            listener.Bind(endPoint);
            // Before it listens: nobody can have come in.
            File.SetUnixFileMode(path, PrivateFile.Mode);
            listener.Listen(Backlog);
            return new(path, listener, unsealing, time, logger);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            listener.Dispose();
            throw new StartRefusedException(ExitCode.CannotListen, $"The node cannot wait for its operators at {path}: {e.Message}", "Check the folder and its permissions.", e);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        _listener.Dispose();
        // Whoever is being answered gets the answer.
        for (var place = 0; place < MaxConnections; place++)
            await _places.WaitAsync().ConfigureAwait(false);
        _places.Dispose();
        _stop.Dispose();
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            UnsealLog.SocketFailed(_logger, e.Message); // the next one that waits here deletes it
        }
    }

    private static bool IsAnswered(UnixDomainSocketEndPoint endPoint)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _places.WaitAsync(_stop.Token).ConfigureAwait(false);
                Socket connection;
                try
                {
                    connection = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                }
                catch
                {
                    _places.Release();
                    throw;
                }
                _ = Task.Run(() => Serve(connection), CancellationToken.None);
            }
        }
        catch (OperationCanceledException)
        {
            // It is not needed any more.
        }
        catch (SocketException e)
        {
            UnsealLog.SocketFailed(_logger, e.Message);
        }
    }

    private void Serve(Socket connection)
    {
        try
        {
            using (connection)
            {
                // The socket is closed under whatever reads or writes: one that sends a byte now and then is cut off as well.
                using var limit = _time.CreateTimer(static state => ((Socket)state!).Dispose(), connection, ConnectionLimit, Timeout.InfiniteTimeSpan);
                if (IsOurs(connection))
                {
                    Answer(connection);
                    Drain(connection);
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // It went away, or took too long.
        }
        catch (Exception e) when (e is SecureMemoryException or InvalidOperationException)
        {
            UnsealLog.SocketFailed(_logger, e.Message);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>struct ucred { pid, uid, gid } of who connected, from the kernel.</summary>
    private bool IsOurs(Socket connection)
    {
        Span<byte> credentials = stackalloc byte[CredentialsSize];
        if (connection.GetRawSocketOption(SOL_SOCKET, SO_PEERCRED, credentials) != CredentialsSize)
            return false;
        var user = BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]);
        if (user == 0 || user == LibC.geteuid())
            return true;
        UnsealLog.ForeignUser(_logger, user);
        return false;
    }

    /// <summary>Closed with bytes unread, the socket would take its answer back.</summary>
    private static void Drain(Socket connection)
    {
        connection.Shutdown(SocketShutdown.Send);
        Span<byte> rest = stackalloc byte[1_024];
        for (var drained = 0; drained < MaxDrained;)
        {
            if (connection.Receive(rest) is not (> 0 and var length))
                return;
            drained += length;
        }
    }

    private void Answer(Socket connection)
    {
        using var stream = new NetworkStream(connection, ownsSocket: false);
        var answer = stream.ReadByte() switch
        {
            UnsealWire.AskStanding => _unsealing.Standing(),
            UnsealWire.GiveShare => ReadShare(stream),
            _ => Unreadable("This socket takes '?' or 'S' and a share's line."),
        };
        stream.Write(UnsealWire.Encode(answer));
    }

    private UnsealAnswer ReadShare(NetworkStream stream)
    {
        if (!SecretInput.TryRead(stream, QuorumShare.MaxTextLength, trimLineBreak: true, out var line))
            return Unreadable($"A share's line has 1 to {QuorumShare.MaxTextLength} bytes.");
        using (line)
            return _unsealing.Give(line);
    }

    private UnsealAnswer Unreadable(string message) => _unsealing.Standing() with { Verdict = UnsealVerdict.Unreadable, Message = message };
}
