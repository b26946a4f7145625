using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Protocols.Dkls23.Setup;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Setup;

/// <summary>Base OT (spec §5.1) by itself: its keys, and points that are none.</summary>
public sealed class BaseOtTests
{
    private static readonly IGroup Group = Groups.For(Curve.Secp256k1);

    [Theory]
    [InlineData("one")]
    [InlineData("two")]
    [InlineData("three")]
    public void I1_The_chosen_key_is_equal_on_both_sides_and_the_other_is_not(string seed)
    {
        using var run = new BaseOtRun(seed).Complete();
        var ones = 0;
        for (var i = 0; i < BaseOtRun.Count; i++)
        {
            var choice = run.ChoiceOf(i);
            Assert.Equal(BaseOtRun.KeyOf(run.SenderKeys, 2 * i + choice), BaseOtRun.KeyOf(run.ReceiverKeys, i));
            Assert.NotEqual(BaseOtRun.KeyOf(run.SenderKeys, 2 * i + (1 - choice)), BaseOtRun.KeyOf(run.ReceiverKeys, i));
            ones += choice;
        }
        Assert.InRange(ones, 30, 98);
        Assert.Equal(2 * BaseOtRun.Count, Enumerable.Range(0, 2 * BaseOtRun.Count).Select(k => BaseOtRun.KeyOf(run.SenderKeys, k)).Distinct().Count());
    }

    /// <summary>The equation itself, by the group's public arithmetic: M_{i,b} = R_{i,b} + HG(i, b, R_{i,1−b}), and both branches look alike.</summary>
    [Fact]
    [Trait("row", "M01")]
    public void Both_points_of_the_receiver_are_fresh_points_of_the_group()
    {
        using var run = new BaseOtRun("points");
        var seen = new HashSet<string>();
        for (var k = 0; k < 2 * BaseOtRun.Count; k++)
        {
            Assert.True(Group.TryDecodePoint(run.ReceiverPoints.AsSpan(k * BaseOtRun.Point, BaseOtRun.Point), out var point));
            Assert.True(seen.Add(point.ToString()));
        }
    }

    [Fact]
    [Trait("row", "M03")]
    public void A_repeated_point_or_branch_gives_unrelated_keys()
    {
        using var run = new BaseOtRun("related");
        run.ReceiverPoints.AsSpan(0, BaseOtRun.Point).CopyTo(run.ReceiverPoints.AsSpan(BaseOtRun.Point)); // R_{0,0} = R_{0,1}
        run.ReceiverPoints.AsSpan(0, 2 * BaseOtRun.Point).CopyTo(run.ReceiverPoints.AsSpan(2 * BaseOtRun.Point)); // and again as instance 1
        Assert.True(run.Answer());
        Assert.Equal(4, Enumerable.Range(0, 4).Select(k => BaseOtRun.KeyOf(run.SenderKeys, k)).Distinct().Count());
    }

    public static TheoryData<string> NoPoints => new(NoPoint.Kinds);

    [Theory]
    [MemberData(nameof(NoPoints))]
    [Trait("row", "T01a"), Trait("row", "M04"), Trait("row", "E07"), Trait("row", "E10"), Trait("row", "E12"), Trait("row", "E13")]
    [Trait("row", "E14")]
    public void Rejects_a_receiver_point_that_is_none(string kind)
    {
        foreach (var k in (int[])[0, 1, 130, 255])
        {
            using var run = new BaseOtRun(kind);
            NoPoint.Of(kind).CopyTo(run.ReceiverPoints.AsSpan(k * BaseOtRun.Point));
            Assert.False(run.Answer());
            Assert.All(run.SenderPoints, value => Assert.Equal(0, value));
            Assert.All(run.SenderKeys, value => Assert.Equal(0, value));
        }
    }

    /// <summary>R_{i,b} = −HG(i, b, R_{i,1−b}) makes M_{i,b} the identity, whose multiples everybody knows.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(77, 1)]
    [Trait("row", "T01b"), Trait("row", "M04")]
    public void Rejects_a_receiver_point_that_cancels_its_hash(int i, int b)
    {
        using var run = new BaseOtRun("cancel");
        using var hash = new PointHash(BaseOtRun.SetupSid);
        var point = new byte[Secp256k1Points.NativeSize];
        hash.Hash(point, i, b, run.ReceiverPoints.AsSpan((2 * i + 1 - b) * BaseOtRun.Point, BaseOtRun.Point));
        Secp256k1Points.Negate(point);
        Secp256k1Points.Encode(run.ReceiverPoints.AsSpan((2 * i + b) * BaseOtRun.Point, BaseOtRun.Point), point);
        Assert.False(run.Answer());
    }

    [Theory]
    [MemberData(nameof(NoPoints))]
    [Trait("row", "T02"), Trait("row", "M04")]
    public void Rejects_a_sender_point_that_is_none_chosen_or_not(string kind)
    {
        using var run = new BaseOtRun(kind);
        Assert.True(run.Answer());
        foreach (var i in (int[])[0, 64, 127])
        {
            for (var b = 0; b < 2; b++)
            {
                var point = run.SenderPoints.AsSpan((2 * i + b) * BaseOtRun.Point, BaseOtRun.Point);
                var good = point.ToArray();
                NoPoint.Of(kind).CopyTo(point);
                Assert.False(run.Derive());
                Assert.All(run.ReceiverKeys, value => Assert.Equal(0, value));
                good.CopyTo(point);
            }
        }
        Assert.True(run.Derive());
    }
}
