namespace Grpc.Core;

/// <summary>Base of generated clients.</summary>
internal abstract class ClientBase<T> : ClientBase
    where T : ClientBase<T>
{
    protected ClientBase()
    {
    }

    protected ClientBase(ChannelBase channel)
        : base(channel)
    {
    }

    protected ClientBase(CallInvoker callInvoker)
        : base(callInvoker)
    {
    }

    protected ClientBase(ClientBaseConfiguration configuration)
        : base(configuration)
    {
    }

    protected abstract T NewInstance(ClientBaseConfiguration configuration);
}

/// <summary>Base of generated clients, without their own type.</summary>
internal abstract class ClientBase
{
    private readonly CallInvoker? _callInvoker;

    protected ClientBase()
    {
    }

    protected ClientBase(ChannelBase channel)
        : this(NotNull(channel).CreateCallInvoker())
    {
    }

    protected ClientBase(CallInvoker callInvoker) => _callInvoker = NotNull(callInvoker);

    protected ClientBase(ClientBaseConfiguration configuration)
        : this(NotNull(configuration).CallInvoker)
    {
    }

    protected CallInvoker CallInvoker =>
        _callInvoker ?? throw new InvalidOperationException("This client was made without a channel.");

    private static TValue NotNull<TValue>(TValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }

    protected internal sealed class ClientBaseConfiguration(CallInvoker callInvoker)
    {
        internal CallInvoker CallInvoker { get; } = callInvoker;
    }
}
