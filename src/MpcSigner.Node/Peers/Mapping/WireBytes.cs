using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using MpcSigner.Core.Identities;

namespace MpcSigner.Node.Peers.Mapping;

/// <summary>Fixed-size values and times of messages. Every reader says false where the form is wrong; nothing throws.</summary>
internal static class WireBytes
{
    public const int SignatureSize = 64;

    public static ByteString Of(Bytes32 value) => ByteString.CopyFrom(value.ToArray());

    public static ByteString Of(ReadOnlyMemory<byte> value) => ByteString.CopyFrom(value.Span);

    public static bool Read(ByteString bytes, out Digest32 value)
    {
        value = bytes.Length == Digest32.Size ? new(bytes.Span) : default;
        return bytes.Length == Digest32.Size;
    }

    public static bool Read(ByteString bytes, out NodeId value)
    {
        value = bytes.Length == NodeId.Size ? new(bytes.Span) : default;
        return bytes.Length == NodeId.Size;
    }

    public static bool Read(ByteString bytes, out InstanceId value)
    {
        value = bytes.Length == InstanceId.Size ? new(bytes.Span) : default;
        return bytes.Length == InstanceId.Size;
    }

    public static bool ReadSignature(ByteString bytes, [NotNullWhen(true)] out byte[]? signature)
    {
        signature = bytes.Length == SignatureSize ? bytes.ToByteArray() : null;
        return signature is not null;
    }

    public static bool ReadTime(long milliseconds, out DateTimeOffset time)
    {
        var valid = milliseconds > 0 && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        time = valid ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : default;
        return valid;
    }
}
