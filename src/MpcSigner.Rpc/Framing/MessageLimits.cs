namespace MpcSigner.Rpc;

/// <summary>Bounds of messages and of the memory for them.</summary>
internal static class MessageLimits
{
    /// <summary>Bytes before each message: a flag for compression and the length, big-endian.</summary>
    public const int HeaderSize = 5;

    /// <summary>The largest message received or sent unless told otherwise: 4 MiB, as other gRPC libraries.</summary>
    public const int DefaultMaxMessageSize = 4 * 1024 * 1024;

    /// <summary>The largest limit that can be set: 64 MiB.</summary>
    public const int LargestMaxMessageSize = 64 * 1024 * 1024;

    /// <summary>The buffer with which a message begins, whatever length it declares. It doubles as bytes arrive.</summary>
    public const int FirstBufferSize = 4 * 1024;

    /// <summary>The bytes of half-received messages that one server or channel holds at a time, over all its calls: 256 MiB.</summary>
    public const long DefaultReceiveBudget = 256L * 1024 * 1024;

    public static void CheckMaxMessageSize(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LargestMaxMessageSize, name);
    }
}
