using System.Runtime.CompilerServices;

namespace Grpc.Core;

/// <summary>What every running call offers beside its messages.</summary>
internal interface ICallState : IDisposable
{
    Task<Metadata> ResponseHeadersAsync { get; }

    Status GetStatus();

    Metadata GetTrailers();
}

/// <summary>A running call. Disposing it before its end cancels it.</summary>
internal abstract class AsyncCall(ICallState state) : IDisposable
{
    public Task<Metadata> ResponseHeadersAsync => state.ResponseHeadersAsync;

    /// <exception cref="InvalidOperationException">The call has not ended yet.</exception>
    public Status GetStatus() => state.GetStatus();

    /// <exception cref="InvalidOperationException">The call has not ended yet.</exception>
    public Metadata GetTrailers() => state.GetTrailers();

    public void Dispose() => state.Dispose();
}

/// <summary>One message each way.</summary>
internal sealed class AsyncUnaryCall<TResponse>(Task<TResponse> response, ICallState state) : AsyncCall(state)
{
    public Task<TResponse> ResponseAsync { get; } = response;

    public TaskAwaiter<TResponse> GetAwaiter() => ResponseAsync.GetAwaiter();

    public ConfiguredTaskAwaitable<TResponse> ConfigureAwait(bool continueOnCapturedContext) =>
        ResponseAsync.ConfigureAwait(continueOnCapturedContext);
}

/// <summary>One message to the server, a stream back.</summary>
internal sealed class AsyncServerStreamingCall<TResponse>(IAsyncStreamReader<TResponse> responses, ICallState state) : AsyncCall(state)
{
    public IAsyncStreamReader<TResponse> ResponseStream { get; } = responses;
}

/// <summary>A stream to the server, one message back.</summary>
internal sealed class AsyncClientStreamingCall<TRequest, TResponse>(
    IClientStreamWriter<TRequest> requests, Task<TResponse> response, ICallState state) : AsyncCall(state)
{
    public IClientStreamWriter<TRequest> RequestStream { get; } = requests;

    public Task<TResponse> ResponseAsync { get; } = response;

    public TaskAwaiter<TResponse> GetAwaiter() => ResponseAsync.GetAwaiter();

    public ConfiguredTaskAwaitable<TResponse> ConfigureAwait(bool continueOnCapturedContext) =>
        ResponseAsync.ConfigureAwait(continueOnCapturedContext);
}

/// <summary>A stream each way. After a failed write, reading on gives the status with which the call ended.</summary>
internal sealed class AsyncDuplexStreamingCall<TRequest, TResponse>(
    IClientStreamWriter<TRequest> requests, IAsyncStreamReader<TResponse> responses, ICallState state) : AsyncCall(state)
{
    public IClientStreamWriter<TRequest> RequestStream { get; } = requests;

    public IAsyncStreamReader<TResponse> ResponseStream { get; } = responses;
}
