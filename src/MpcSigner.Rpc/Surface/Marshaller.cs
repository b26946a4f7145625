using System.Buffers;

namespace Grpc.Core;

/// <summary>Encodes and decodes one kind of message.</summary>
internal sealed class Marshaller<T>(Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer)
{
    public Action<T, SerializationContext> ContextualSerializer { get; } = serializer;

    public Func<DeserializationContext, T> ContextualDeserializer { get; } = deserializer;
}

/// <summary>Makes marshallers; called by generated code.</summary>
internal static class Marshallers
{
    public static Marshaller<T> Create<T>(Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer) =>
        new(serializer, deserializer);
}

/// <summary>Where a serializer puts the bytes of a message.</summary>
internal abstract class SerializationContext
{
    /// <summary>Hands over the whole payload at once.</summary>
    public abstract void Complete(byte[] payload);

    /// <summary>The place to write to after <see cref="SetPayloadLength"/>.</summary>
    public abstract IBufferWriter<byte> GetBufferWriter();

    /// <summary>Announces the length, so that a message over the limit is refused before it is encoded.</summary>
    public abstract void SetPayloadLength(int payloadLength);

    /// <summary>Ends a payload that was written to the buffer writer.</summary>
    public abstract void Complete();
}

/// <summary>Where a deserializer finds the bytes of a message.</summary>
internal abstract class DeserializationContext
{
    public abstract int PayloadLength { get; }

    public abstract byte[] PayloadAsNewBuffer();

    /// <summary>The payload without a copy; valid only until the deserializer returns.</summary>
    public abstract ReadOnlySequence<byte> PayloadAsReadOnlySequence();
}
