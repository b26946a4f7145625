using System.Buffers;
using System.Buffers.Binary;
using Grpc.Core;

namespace MpcSigner.Rpc;

/// <summary>Reads length-prefixed messages from a body.</summary>
/// <remarks>
/// gRPC over HTTP/2, "Length-Prefixed-Message". A declared length over the limit is refused before a byte of the message is read, and the buffer
/// grows with the bytes received, never by the declared length. One read at a time. Faults of the sender are thrown as <see cref="RpcException"/>.
/// </remarks>
internal sealed class MessageReader(Stream body, int maxMessageSize, ReceiveBudget budget)
{
    private readonly byte[] _header = new byte[MessageLimits.HeaderSize];

    /// <summary>The compression that the sender named; only identity is understood.</summary>
    public string? Encoding { get; init; }

    /// <summary>The status of a compressed message in an encoding that is not understood: UNIMPLEMENTED at a server, INTERNAL at a client.</summary>
    public StatusCode UnknownEncoding { get; init; } = StatusCode.Internal;

    /// <summary>Reads the next message; no message at the end of the body.</summary>
    public async ValueTask<(bool Any, T? Message)> ReadAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken)
        where T : class
    {
        var received = await body.ReadAtLeastAsync(_header, _header.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (received == 0)
            return (false, null);
        if (received < _header.Length)
            throw Fault(StatusCode.Internal, $"The body ends after {received} of {_header.Length} bytes of a message's header.");
        CheckFlag(_header[0]);
        var declared = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(1));
        if (declared > (uint)maxMessageSize)
            throw Fault(StatusCode.ResourceExhausted, $"A message of {declared} bytes was announced; at most {maxMessageSize} are received here.");
        return (true, await ReadPayloadAsync(marshaller, (int)declared, cancellationToken).ConfigureAwait(false));
    }

    private async ValueTask<T> ReadPayloadAsync<T>(Marshaller<T> marshaller, int declared, CancellationToken cancellationToken)
        where T : class
    {
        var reserved = 0;
        byte[] buffer = [];
        try
        {
            var received = 0;
            while (received < declared)
            {
                if (received == buffer.Length)
                {
                    var size = Math.Min(declared, Math.Max(MessageLimits.FirstBufferSize, (int)Math.Min(2L * received, int.MaxValue)));
                    if (!budget.TryReserve(size - reserved))
                        throw Fault(StatusCode.ResourceExhausted, "Too many messages are being received at once; try again later.");
                    reserved = size;
                    buffer = Grow(buffer, received, size);
                }

                var wanted = Math.Min(buffer.Length, declared) - received;
                var read = await body.ReadAsync(buffer.AsMemory(received, wanted), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    throw Fault(StatusCode.Internal, $"The body ends after {received} of {declared} bytes of a message.");
                received += read;
            }

            return Parse(marshaller, new ReadOnlyMemory<byte>(buffer, 0, declared));
        }
        finally
        {
            budget.Release(reserved);
            if (buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer, int received, int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        buffer.AsSpan(0, received).CopyTo(larger);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static T Parse<T>(Marshaller<T> marshaller, ReadOnlyMemory<byte> payload)
        where T : class
    {
        try
        {
            return marshaller.ContextualDeserializer(new Payload(payload));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Which exception a bad message raises is the codec's affair, which this project does not know.
            throw new RpcException(new Status(StatusCode.Internal, "A message cannot be parsed.", e));
        }
    }

    private void CheckFlag(byte flag)
    {
        if (flag == 0)
            return;
        if (flag != 1)
            throw Fault(StatusCode.Internal, $"A message begins with {flag} where its compression flag, 0 or 1, belongs.");
        if (Encoding is null or HeaderNames.Identity)
            throw Fault(StatusCode.Internal, "A message is flagged as compressed, but grpc-encoding names no compression.");
        throw Fault(UnknownEncoding, "The message's compression is not supported; only identity is.");
    }

    private static RpcException Fault(StatusCode code, string detail) => new(new Status(code, detail));

    private sealed class Payload(ReadOnlyMemory<byte> payload) : DeserializationContext
    {
        public override int PayloadLength => payload.Length;

        public override byte[] PayloadAsNewBuffer() => payload.ToArray();

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(payload);
    }
}
