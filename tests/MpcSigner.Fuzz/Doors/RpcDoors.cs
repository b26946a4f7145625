using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Fuzz.Mutation;
using MpcSigner.Fuzz.Seeds;
using MpcSigner.Rpc;
using MpcSigner.Node.Peers.Mapping;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Fuzz.Doors;

/// <summary>gRPC beneath the messages: frames, headers, timeouts, status messages, the end of a call.</summary>
internal static class RpcDoors
{
    private const int MaxMessage = 8 << 10;

    private static readonly Marshaller<V1.SessionFrame> s_marshaller = Marshallers.Create<V1.SessionFrame>(
        static (message, context) => context.Complete(message.ToByteArray()), static context => V1.SessionFrame.Parser.ParseFrom(context.PayloadAsReadOnlySequence()));

    public static IEnumerable<Door> All =>
    [
        new("rpc/frames", Grammar.Binary, Frames, Read, "MessageReader.ReadAsync"),
        new("rpc/binary-header", Grammar.Word, () => [Encoding.ASCII.GetBytes("AAECAwQ"), Encoding.ASCII.GetBytes("AAECAwQFBg=="), []], Binary, "BinaryHeader.TryDecode"),
        new("rpc/metadata", Grammar.Word, () => [Encoding.ASCII.GetBytes("x-some\nvalue"), Encoding.ASCII.GetBytes("x-some-bin\nAAEC,AQ==")], Header, "MetadataHeaders.TryAdd"),
        new("rpc/timeout", Grammar.Word, () => [.. new[] { "1H", "99999999H", "10S", "250m", "1u", "1n", "5M" }.Select(Encoding.ASCII.GetBytes)], Timeout, "GrpcTimeout.TryParse"),
        new("rpc/status-message", Grammar.Word, () => [Encoding.ASCII.GetBytes(StatusMessage.Encode("no é 100 %")), Encoding.ASCII.GetBytes("plain")], Message, "StatusMessage.Decode"),
        new("rpc/call-end", Grammar.Word, () => [Encoding.ASCII.GetBytes("grpc-status: 5\ngrpc-message: no%20key\nx-a: b"), Encoding.ASCII.GetBytes("grpc-status: 0")], End, "CallEnd.Read", "CallEnd.ReadMetadata"),
    ];

    private static IEnumerable<byte[]> Frames()
    {
        var frames = HonestNodes.Some(HonestNodes.Heard.Frames.Select(frame => SessionFrameMapping.ToWire(frame).ToByteArray()).Where(frame => frame.Length < MaxMessage)).ToList();
        foreach (var frame in frames)
            yield return Framed(frame);
        yield return [.. frames.SelectMany(Framed)];
        yield return [.. Framed([]), .. Framed(frames[0])];
    }

    private static byte[] Framed(byte[] message)
    {
        var header = new byte[5];
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(1), message.Length);
        return [.. header, .. message];
    }

    /// <summary>A body, read to its end. Everything that is reserved is given back, whatever came.</summary>
    private static bool Read(byte[] input)
    {
        var budget = new ReceiveBudget(4 * MaxMessage);
        var reader = new MessageReader(new MemoryStream(input), MaxMessage, budget) { Encoding = input.Length % 3 == 0 ? "gzip" : null };
        var whole = true;
        try
        {
            while (reader.ReadAsync(s_marshaller, CancellationToken.None).AsTask().GetAwaiter().GetResult().Any)
                ;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Internal or StatusCode.ResourceExhausted)
        {
            whole = false;
        }
        Wrong.If(budget.Used != 0, $"{budget.Used} bytes stay reserved");
        return whole;
    }

    private static bool Binary(byte[] input)
    {
        if (!BinaryHeader.TryDecode(Encoding.Latin1.GetString(input), out var value))
            return false;
        Wrong.If(!BinaryHeader.TryDecode(BinaryHeader.Encode(value), out var again) || !again.AsSpan().SequenceEqual(value), "written, and not read again");
        return true;
    }

    private static bool Header(byte[] input)
    {
        var text = Encoding.Latin1.GetString(input);
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        var metadata = new Metadata();
        if (end < 0 || !MetadataHeaders.TryAdd(metadata, text[..end], text[(end + 1)..]))
            return false;
        foreach (var entry in metadata)
            Wrong.If(HeaderNames.IsReserved(entry.Key) || entry.Key.Any(char.IsControl) || (!entry.IsBinary && entry.Value.Any(char.IsControl)), "metadata that no header can be");
        return true;
    }

    private static bool Timeout(byte[] input)
    {
        if (!GrpcTimeout.TryParse(Encoding.Latin1.GetString(input), out var timeout))
            return false;
        Wrong.If(timeout < TimeSpan.Zero || timeout > GrpcTimeout.Longest, $"{timeout}");
        Wrong.If(!GrpcTimeout.TryParse(GrpcTimeout.Format(timeout), out var again) || again < timeout, "written, and read as less");
        return true;
    }

    private static bool Message(byte[] input)
    {
        var decoded = StatusMessage.Decode(Encoding.Latin1.GetString(input));
        Wrong.If(decoded.Length > StatusMessage.MaxEncodedLength, $"{decoded.Length} characters");
        return true;
    }

    private static bool End(byte[] input)
    {
        using var response = new HttpResponseMessage();
        foreach (var line in Encoding.Latin1.GetString(input).Split('\n'))
        {
            if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
                response.Headers.TryAddWithoutValidation(line[..colon], line[(colon + 1)..].Trim());
        }
        return CallEnd.Read(response.Headers) is { } end && end.Status.Detail.Length <= StatusMessage.MaxEncodedLength && Enum.IsDefined(end.Status.StatusCode);
    }
}
