using Grpc.Core;

namespace MpcSigner.Rpc;

/// <summary>Starts the four kinds of calls over one channel.</summary>
internal sealed class RpcCallInvoker(HttpMessageInvoker http, RpcChannelOptions options) : CallInvoker
{
    private readonly ReceiveBudget _budget = new(options.ReceiveBudget);

    /// <summary>For generated code's blocking methods. It blocks a thread for as long as the call takes.</summary>
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions callOptions, TRequest request) =>
        AsyncUnaryCall(method, host, callOptions, request).ResponseAsync.GetAwaiter().GetResult();

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions callOptions, TRequest request)
    {
        var call = Call(method, callOptions);
        call.Start(request);
        return new(call.ReadSingleAsync(), call);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions callOptions, TRequest request)
    {
        var call = Call(method, callOptions);
        call.Start(request);
        return new(call.Responses, call);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions callOptions)
    {
        var call = Call(method, callOptions);
        return new(call.StartStream(), call.ReadSingleAsync(), call);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions callOptions)
    {
        var call = Call(method, callOptions);
        return new(call.StartStream(), call.Responses, call);
    }

    private ClientCall<TRequest, TResponse> Call<TRequest, TResponse>(Method<TRequest, TResponse> method, CallOptions callOptions)
        where TRequest : class where TResponse : class => new(http, options, _budget, method, callOptions);
}
