using System.Buffers;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace MpcSigner.Rpc.Server;

/// <summary>What the server of one call sends: headers, messages, and at last one status. One at a time, the end included.</summary>
internal sealed class ResponseBody(
    HttpContext http, ServerCallContext call, RpcServerOptions options, ILogger logger, CancellationToken stopped) : IDisposable
{
    /// <summary>Messages that need not leave at once are kept together up to this many bytes.</summary>
    private const int MaxUnflushedBytes = 32 * 1024;

    private readonly SemaphoreSlim _sending = new(1);
    private CallEnd? _end;

    /// <summary>True once headers are on their way or a message was written, so that the status goes into trailers.</summary>
    public bool HeadersSent { get; private set; }

    /// <summary>Sends the headers, unless they have gone already.</summary>
    public async Task SendHeadersAsync(Metadata metadata)
    {
        if (HeadersSent)
            return;
        await _sending.WaitAsync(stopped).ConfigureAwait(false);
        try
        {
            ThrowIfEnded();
            foreach (var (name, value) in MetadataHeaders.Write(metadata))
                http.Response.Headers.Append(name, value);
            SetHeaders();
            await FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Writes one message. Waiting for the client to take it is bounded by <see cref="RpcServerOptions.SendTimeout"/>.</summary>
    public async Task SendAsync<T>(Marshaller<T> marshaller, T message, bool flush, CancellationToken cancellationToken)
        where T : class
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var frame = MessageFrame.Encode(marshaller, message, options.MaxSendMessageSize);
        var holder = KeyHolder.Of(http);
        if (holder?.TryReserve(frame.Memory.Length) == false)
            throw new RpcException(new Status(StatusCode.ResourceExhausted, "Too much of what this key asked for was not read yet; read it, then ask again."));
        try
        {
            await SendAsync(frame, flush, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            holder?.Release(frame.Memory.Length);
        }
    }

    private async Task SendAsync(MessageFrame frame, bool flush, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(stopped).ConfigureAwait(false);
        try
        {
            ThrowIfEnded();
            SetHeaders();
            http.Response.BodyWriter.Write(frame.Memory.Span);
            if (flush || http.Response.BodyWriter.UnflushedBytes > MaxUnflushedBytes)
                await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Sends the status and closes the stream, unless that has happened already.</summary>
    public async Task EndAsync(CallEnd end, Metadata trailers)
    {
        // Not cancellable, and bounded: whoever holds it is bounded itself.
        await _sending.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_end is not null)
                return;
            _end = end;
            Log.CallEnded(logger, call.Method, end.Status.StatusCode);
            if (http.RequestAborted.IsCancellationRequested)
                return;
            WriteStatus(end, trailers);
            var completing = http.Response.CompleteAsync();
            if (!await CompletesInTimeAsync(completing, CancellationToken.None).ConfigureAwait(false))
                await ResetStreamAsync(TransportErrors.EnhanceYourCalm, completing).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    public void Dispose() => _sending.Dispose();

    private void SetHeaders()
    {
        if (HeadersSent)
            return;
        HeadersSent = true;
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = HeaderNames.ContentType;
        http.Response.Headers[HeaderNames.AcceptEncoding] = HeaderNames.Identity;
    }

    /// <summary>Puts the status into trailers, or, when nothing was sent yet, into the headers of a trailers-only reply.</summary>
    private void WriteStatus(CallEnd end, Metadata trailers)
    {
        List<KeyValuePair<string, string>> lines = [];
        try
        {
            lines = MetadataHeaders.Write([.. trailers, .. end.Trailers]);
        }
        catch (ArgumentException e)
        {
            Log.TrailersRefused(logger, call.Method, e);
        }

        lines.Add(new(HeaderNames.Status, ((int)end.Status.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        if (end.Status.Detail.Length > 0)
            lines.Add(new(HeaderNames.Message, StatusMessage.Encode(end.Status.Detail)));
        var trailersOnly = !HeadersSent;
        SetHeaders();
        foreach (var (name, value) in lines)
        {
            if (trailersOnly)
                http.Response.Headers.Append(name, value);
            else
                http.Response.AppendTrailer(name, value);
        }
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        var flushing = http.Response.BodyWriter.FlushAsync(stopped);
        if (flushing.IsCompletedSuccessfully)
        {
            ThrowIfAborted(flushing.Result.IsCompleted);
            return;
        }

        var task = flushing.AsTask();
        if (await CompletesInTimeAsync(task, cancellationToken).ConfigureAwait(false))
        {
            ThrowIfAborted((await task.ConfigureAwait(false)).IsCompleted);
            return;
        }

        await ResetStreamAsync(TransportErrors.EnhanceYourCalm, task).ConfigureAwait(false);
        throw new RpcException(new Status(StatusCode.ResourceExhausted, "The client does not read what it asked for."));
    }

    /// <summary>Waits for the transport; false when the client took nothing in time. A handler that cancels its write ends the stream.</summary>
    private async Task<bool> CompletesInTimeAsync(Task sending, CancellationToken cancellationToken)
    {
        try
        {
            await sending.WaitAsync(options.SendTimeout, options.Time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            Log.ClientDoesNotRead(logger, call.Peer, call.Method, options.SendTimeout);
            return false;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await ResetStreamAsync(TransportErrors.Cancel, sending).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Resets the stream, which frees whoever waits to send: the request's objects serve another request afterwards.</summary>
    private async Task ResetStreamAsync(long errorCode, Task sending)
    {
        http.Features.GetRequiredFeature<IHttpResetFeature>().Reset((int)errorCode);
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void ThrowIfAborted(bool readerGone)
    {
        // The transport may know it before the call's token fires: a status of its own, so that nobody takes it for a failed handler.
        if (readerGone || http.RequestAborted.IsCancellationRequested)
            throw new RpcException(new Status(StatusCode.Cancelled, "The client has ended the call."));
    }

    private void ThrowIfEnded()
    {
        if (_end is { } end)
            throw end.ToException();
    }
}
