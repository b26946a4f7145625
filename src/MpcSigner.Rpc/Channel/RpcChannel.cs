using Grpc.Core;

namespace MpcSigner.Rpc;

/// <summary>A way to one server, shared by all calls to it. It connects when it is first used, and again when a connection is lost.</summary>
internal sealed class RpcChannel : ChannelBase, IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly RpcCallInvoker _invoker;

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public RpcChannel(RpcChannelOptions options)
        : base(Check(options).Address.Authority)
    {
        _http = HttpTransport.Create(options);
        _invoker = new RpcCallInvoker(_http, options);
    }

    public override CallInvoker CreateCallInvoker() => _invoker;

    /// <summary>Closes the connections; running calls end with CANCELLED or UNAVAILABLE.</summary>
    public void Dispose() => _http.Dispose();

    private static RpcChannelOptions Check(RpcChannelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!options.Address.IsAbsoluteUri || options.Address.Scheme != Uri.UriSchemeHttps || options.Address.PathAndQuery != "/")
            throw new ArgumentException($"The address must be https://host:port, not {options.Address}.", nameof(options));
        if (options.ClientCertificate is { HasPrivateKey: false })
            throw new ArgumentException("The client certificate comes without its private key.", nameof(options));
        MessageLimits.CheckMaxMessageSize(options.MaxReceiveMessageSize, nameof(options.MaxReceiveMessageSize));
        MessageLimits.CheckMaxMessageSize(options.MaxSendMessageSize, nameof(options.MaxSendMessageSize));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.ReceiveBudget, nameof(options.ReceiveBudget));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ConnectTimeout, TimeSpan.FromMilliseconds(1), nameof(options.ConnectTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.KeepAliveDelay, TimeSpan.FromSeconds(1), nameof(options.KeepAliveDelay));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.KeepAliveTimeout, TimeSpan.FromSeconds(1), nameof(options.KeepAliveTimeout));
        return options;
    }
}
