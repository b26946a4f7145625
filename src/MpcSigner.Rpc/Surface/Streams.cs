namespace Grpc.Core;

/// <summary>Reads the messages of a stream one after another.</summary>
internal interface IAsyncStreamReader<out T>
{
    T Current { get; }

    /// <summary>Waits for the next message; false at the end of the stream.</summary>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}

/// <summary>Writes messages to a stream; one write at a time.</summary>
internal interface IAsyncStreamWriter<in T>
{
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Completes when the message was taken over by the transport; under back-pressure that waits for the receiver.</summary>
    Task WriteAsync(T message);

    /// <summary>As the other overload; cancelling ends the whole call.</summary>
    Task WriteAsync(T message, CancellationToken cancellationToken);
}

/// <summary>The client's sending side of a stream.</summary>
internal interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Says that no further message follows.</summary>
    Task CompleteAsync();
}

/// <summary>The server's sending side of a stream; it ends when the handler returns.</summary>
internal interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>;

[Flags]
internal enum WriteFlags
{
    None = 0,

    /// <summary>The message need not leave before the next one.</summary>
    BufferHint = 1,

    /// <summary>Without effect: this implementation never compresses.</summary>
    NoCompress = 2,
}

internal sealed class WriteOptions(WriteFlags flags = WriteFlags.None)
{
    public static readonly WriteOptions Default = new();

    public WriteFlags Flags { get; } = flags;
}

internal static class AsyncStreamReaderExtensions
{
    /// <summary>Reads the stream to its end.</summary>
    public static async IAsyncEnumerable<T> ReadAllAsync<T>(
        this IAsyncStreamReader<T> reader,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await reader.MoveNext(cancellationToken).ConfigureAwait(false))
            yield return reader.Current;
    }
}
