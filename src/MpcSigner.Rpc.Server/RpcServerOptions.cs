using Grpc.Core;

namespace MpcSigner.Rpc.Server;

/// <summary>Bounds and hooks of all services of one server.</summary>
internal sealed record RpcServerOptions
{
    /// <value>Bytes, 1..64 MiB; 4 MiB unless set.</value>
    public int MaxReceiveMessageSize { get; init; } = MessageLimits.DefaultMaxMessageSize;

    /// <value>Bytes, 1..64 MiB; 4 MiB unless set.</value>
    public int MaxSendMessageSize { get; init; } = MessageLimits.DefaultMaxMessageSize;

    /// <value>The bytes of half-received messages over all calls; beyond it a call ends with RESOURCE_EXHAUSTED. 256 MiB unless set.</value>
    public long ReceiveBudget { get; init; } = MessageLimits.DefaultReceiveBudget;

    /// <value>The request of a call whose client does not stream must have arrived within this; 30 s unless set.</value>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <value>A client that takes nothing for so long while a message waits has its stream reset, not its connection; 60 s unless set.</value>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <value>Gives the status and trailers of an exception that a handler let out; null for one it does not know, which becomes UNKNOWN.</value>
    /// <remarks><see cref="RpcException"/> needs no mapping. The texts of other exceptions never reach a client by themselves.</remarks>
    public Func<Exception, RpcException?>? MapException { get; init; }

    /// <value>Deadlines and timeouts are counted by this clock.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal void Check()
    {
        MessageLimits.CheckMaxMessageSize(MaxReceiveMessageSize, nameof(MaxReceiveMessageSize));
        MessageLimits.CheckMaxMessageSize(MaxSendMessageSize, nameof(MaxSendMessageSize));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ReceiveBudget, nameof(ReceiveBudget));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RequestTimeout, TimeSpan.Zero, nameof(RequestTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(SendTimeout, TimeSpan.Zero, nameof(SendTimeout));
    }
}
