using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Node.Log;
using Xunit;

namespace MpcSigner.Node.Tests.Nodes.Log;

public class RepeatedTroubleTests
{
    private readonly SetTime _time = new();

    private static KeyId Key(int number) => new(new Bytes32([.. new byte[28], .. BitConverter.GetBytes(number)]));

    private static NodeReason Node(byte node, Reason reason = Reason.ShareBehind, string message = "lacks its share") => new(new([node, .. new byte[31]]), $"node-{node}", reason, message);

    [Fact]
    public void Says_the_same_once_an_interval_and_how_often_it_was_silent()
    {
        var trouble = new RepeatedTrouble(_time);
        Assert.Equal(0, trouble.LeftOutBefore(Key(1), [Node(3)]));
        Assert.Null(trouble.LeftOutBefore(Key(1), [Node(3, message: "lacks its share still")]));
        _time.Advance(RepeatedTrouble.Interval - TimeSpan.FromMilliseconds(1));
        Assert.Null(trouble.LeftOutBefore(Key(1), [Node(3)]));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, trouble.LeftOutBefore(Key(1), [Node(3)]));
        Assert.Null(trouble.LeftOutBefore(Key(1), [Node(3)]));
    }

    [Fact]
    public void Another_key_node_or_reason_is_said_at_once()
    {
        var trouble = new RepeatedTrouble(_time);
        Assert.Equal(0, trouble.LeftOutBefore(Key(1), [Node(3)]));
        Assert.Equal(0, trouble.LeftOutBefore(Key(2), [Node(3)]));
        Assert.Null(trouble.LeftOutBefore(Key(1), [Node(3)]));
        Assert.Equal(1, trouble.LeftOutBefore(Key(1), [Node(3), Node(2)]));
        Assert.Null(trouble.LeftOutBefore(Key(1), [Node(2), Node(3)]));
        Assert.Equal(1, trouble.LeftOutBefore(Key(1), [Node(3, Reason.DeadlineExceeded)]));
    }

    [Fact]
    public void Remembers_a_bounded_number_of_keys()
    {
        var trouble = new RepeatedTrouble(_time);
        for (var i = 0; i < RepeatedTrouble.MaxKeys; i++)
            Assert.Equal(0, trouble.LeftOutBefore(Key(i), [Node(3)]));
        Assert.Null(trouble.LeftOutBefore(Key(0), [Node(3)]));
        Assert.Equal(0, trouble.LeftOutBefore(Key(RepeatedTrouble.MaxKeys), [Node(3)]));
        Assert.Equal(0, trouble.LeftOutBefore(Key(0), [Node(3)])); // forgotten with the others: a line more, and nothing worse
    }

    /// <summary>Goes on only when it is told to.</summary>
    private sealed class SetTime : TimeProvider
    {
        private TimeSpan _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now.Ticks;

        public void Advance(TimeSpan by) => _now += by;
    }
}
