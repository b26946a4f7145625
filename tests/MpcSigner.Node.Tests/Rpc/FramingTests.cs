using System.Buffers;
using Grpc.Core;
using MpcSigner.Rpc;
using Xunit;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>Length-prefixed messages over a stream that hands out its bytes as it likes.</summary>
public sealed class FramingTests
{
    private const int Limit = 100_000;

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(
        static (value, context) => context.Complete(value),
        static context => context.PayloadAsNewBuffer());

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4096)]
    [InlineData(int.MaxValue)]
    public async Task Reads_messages_however_their_bytes_arrive(int piece)
    {
        byte[][] messages = [[], [7], new byte[4096], new byte[4097], new byte[Limit]];
        new Random(1).NextBytes(messages[4]);
        var budget = new ReceiveBudget(Limit);
        var reader = new MessageReader(new Pieces(messages.SelectMany(m => Frame(m)).ToArray(), piece), Limit, budget);
        foreach (var message in messages)
        {
            var (any, read) = await reader.ReadAsync(Bytes, CancellationToken.None);
            Assert.True(any);
            Assert.Equal(message, read);
        }

        Assert.False((await reader.ReadAsync(Bytes, CancellationToken.None)).Any);
        Assert.False((await reader.ReadAsync(Bytes, CancellationToken.None)).Any);
        Assert.Equal(0, budget.Used);
    }

    [Theory]
    [InlineData("00", (int)StatusCode.Internal)]
    [InlineData("00000000", (int)StatusCode.Internal)]
    [InlineData("0000000001", (int)StatusCode.Internal)]
    [InlineData("00000000020a", (int)StatusCode.Internal)]
    [InlineData("0200000000", (int)StatusCode.Internal)]
    [InlineData("ff00000000", (int)StatusCode.Internal)]
    [InlineData("00000186a1", (int)StatusCode.ResourceExhausted)]
    [InlineData("007fffffff", (int)StatusCode.ResourceExhausted)]
    [InlineData("0080000000", (int)StatusCode.ResourceExhausted)]
    [InlineData("00ffffffff", (int)StatusCode.ResourceExhausted)]
    public async Task Rejects_frames_that_are_malformed_truncated_or_too_long(string hex, int code)
    {
        var budget = new ReceiveBudget(Limit);
        var reader = new MessageReader(new Pieces(Convert.FromHexString(hex), 2), Limit, budget);
        var e = await Assert.ThrowsAsync<RpcException>(async () => await reader.ReadAsync(Bytes, CancellationToken.None));
        Assert.Equal((StatusCode)code, e.StatusCode);
        Assert.Equal(0, budget.Used);
    }

    [Theory]
    [InlineData(null, (int)StatusCode.Internal)]
    [InlineData("identity", (int)StatusCode.Internal)]
    [InlineData("gzip", (int)StatusCode.Unimplemented)]
    public async Task Rejects_compressed_messages(string? encoding, int code)
    {
        var reader = new MessageReader(new Pieces([1, 0, 0, 0, 0], 5), Limit, new ReceiveBudget(Limit)) { Encoding = encoding, UnknownEncoding = StatusCode.Unimplemented };
        var e = await Assert.ThrowsAsync<RpcException>(async () => await reader.ReadAsync(Bytes, CancellationToken.None));
        Assert.Equal((StatusCode)code, e.StatusCode);
    }

    [Fact]
    public async Task Memory_follows_the_bytes_received_and_not_the_declared_length()
    {
        const int declared = 64 * 1024 * 1024;
        var budget = new ReceiveBudget(declared);
        var body = new Pieces([0, 4, 0, 0, 0, .. new byte[10_000]], 1000) { AtEnd = () => Assert.InRange(budget.Used, 10_000, 16_384) };
        var before = GC.GetAllocatedBytesForCurrentThread();
        var reader = new MessageReader(body, declared, budget);
        var e = await Assert.ThrowsAsync<RpcException>(async () => await reader.ReadAsync(Bytes, CancellationToken.None));
        Assert.Equal(StatusCode.Internal, e.StatusCode);
        Assert.Contains("10000 of 67108864", e.Status.Detail, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
        Assert.True(body.AtEndWasCalled);
    }

    [Fact]
    public async Task Rejects_more_half_received_messages_than_the_budget_holds()
    {
        var budget = new ReceiveBudget(10_000);
        Assert.True(budget.TryReserve(6_000));
        var reader = new MessageReader(new Pieces(Frame(new byte[5_000]), int.MaxValue), Limit, budget);
        var e = await Assert.ThrowsAsync<RpcException>(async () => await reader.ReadAsync(Bytes, CancellationToken.None));
        Assert.Equal(StatusCode.ResourceExhausted, e.StatusCode);
        Assert.Equal(6_000, budget.Used);
    }

    [Fact]
    public async Task Rejects_what_the_codec_cannot_parse_without_telling_why()
    {
        var codec = Marshallers.Create<string>(static (_, _) => { }, static _ => throw new FormatException("inner text"));
        var reader = new MessageReader(new Pieces(Frame([1]), 5), Limit, new ReceiveBudget(Limit));
        var e = await Assert.ThrowsAsync<RpcException>(async () => await reader.ReadAsync(codec, CancellationToken.None));
        Assert.Equal(StatusCode.Internal, e.StatusCode);
        Assert.DoesNotContain("inner text", e.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_000)]
    public void Writes_the_length_before_the_message(int size)
    {
        var payload = new byte[size];
        payload.AsSpan().Fill(9);
        using var frame = MessageFrame.Encode(Bytes, payload, Limit);
        Assert.Equal(Frame(payload), frame.Memory.ToArray());

        // Through the buffer writer, without the length being announced.
        var piecemeal = Marshallers.Create<byte[]>(
            static (value, context) =>
            {
                foreach (var b in value)
                    context.GetBufferWriter().Write([b]);
                context.Complete();
            },
            static _ => []);
        using var second = MessageFrame.Encode(piecemeal, payload, Limit);
        Assert.Equal(frame.Memory.ToArray(), second.Memory.ToArray());
    }

    [Fact]
    public void Rejects_sending_more_than_the_limit()
    {
        using (MessageFrame.Encode(Bytes, new byte[Limit], Limit))
        {
        }

        Assert.Equal(StatusCode.ResourceExhausted, Assert.Throws<RpcException>(() => MessageFrame.Encode(Bytes, new byte[Limit + 1], Limit)).StatusCode);
    }

    private static byte[] Frame(byte[] payload) => RawClient.Frame(payload);

    /// <summary>A body that comes in pieces of a given size.</summary>
    private sealed class Pieces(byte[] content, int piece) : Stream
    {
        private int _position;

        public Action? AtEnd { get; init; }

        public bool AtEndWasCalled { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_position == content.Length && AtEnd is { } atEnd)
            {
                atEnd();
                AtEndWasCalled = true;
            }

            var count = Math.Min(Math.Min(piece, buffer.Length), content.Length - _position);
            content.AsSpan(_position, count).CopyTo(buffer.Span);
            _position += count;
            return ValueTask.FromResult(count);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
