using System.Buffers;
using System.Buffers.Binary;
using Grpc.Core;

namespace MpcSigner.Rpc;

/// <summary>One message, encoded with its length before it, in a pooled buffer.</summary>
/// <remarks>gRPC over HTTP/2, "Length-Prefixed-Message". It is written to the transport in one piece.</remarks>
internal sealed class MessageFrame : SerializationContext, IBufferWriter<byte>, IDisposable
{
    private readonly int _maxMessageSize;
    private byte[] _buffer = [];
    private int _length = MessageLimits.HeaderSize;
    private bool _complete;

    private MessageFrame(int maxMessageSize) => _maxMessageSize = maxMessageSize;

    /// <summary>Header and payload; valid until disposed.</summary>
    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: the message is over the limit.</exception>
    public static MessageFrame Encode<T>(Marshaller<T> marshaller, T message, int maxMessageSize)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(message);
        var frame = new MessageFrame(maxMessageSize);
        try
        {
            marshaller.ContextualSerializer(message, frame);
            frame.Seal();
            return frame;
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    public override void SetPayloadLength(int payloadLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadLength);
        CheckSize(payloadLength);
        Ensure(MessageLimits.HeaderSize + payloadLength);
    }

    public override IBufferWriter<byte> GetBufferWriter() => this;

    public override void Complete() => _complete = true;

    public override void Complete(byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        SetPayloadLength(payload.Length);
        payload.CopyTo(_buffer.AsSpan(_length));
        _length += payload.Length;
        _complete = true;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _length);
        _length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(_length + Math.Max(1, sizeHint));
        return _buffer.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        _length = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Seal()
    {
        if (!_complete)
            throw new InvalidOperationException("The serializer did not complete the message.");
        CheckSize(_length - MessageLimits.HeaderSize);
        Ensure(MessageLimits.HeaderSize);
        _buffer[0] = 0; // not compressed
        BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(1), (uint)(_length - MessageLimits.HeaderSize));
    }

    private void Ensure(int size)
    {
        if (size <= _buffer.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(size, (int)Math.Min(2L * _buffer.Length, MessageLimits.LargestMaxMessageSize)));
        _buffer.AsSpan(0, Math.Min(_length, _buffer.Length)).CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private void CheckSize(int payloadLength)
    {
        if (payloadLength > _maxMessageSize)
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted,
                $"A message of {payloadLength} bytes was to be sent; at most {_maxMessageSize} are sent here."));
        }
    }
}
