using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Protocols.Dkls23.Setup;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Setup;

/// <summary>The all-but-one seeds by themselves (spec §5.2), and every row of §18.3 on them, in every tree.</summary>
public sealed class SeedTreeTests
{
    private const int Trees = 32, Levels = 4, TreeSize = 288, Node = 32;

    [Fact]
    public void The_missing_leaf_is_the_one_of_the_choices_not_made()
    {
        using var run = new BaseOtRun("choices").Complete();
        var (message, whole) = run.Grow();
        using (whole)
        using (var seeds = run.Puncture(message)!)
        {
            var delta = BytesOf(seeds.Delta);
            for (var i = 0; i < Trees; i++)
            {
                var expected = Enumerable.Range(0, Levels).Aggregate(0, (y, level) => 2 * y + (1 - run.ChoiceOf(Levels * i + level)));
                Assert.Equal(expected, delta[i / 2] >> 4 * (i % 2) & 15);
            }
        }
    }

    /// <summary>B learns one bit of Δ for each side it spoils, by passing: what it gets for that must be nothing else.</summary>
    [Fact]
    [Trait("row", "T03a"), Trait("row", "T04")]
    public void A_wrong_correction_fails_on_the_side_used_and_changes_nothing_on_the_other()
    {
        using var run = new BaseOtRun("corrections").Complete();
        var (message, whole) = run.Grow();
        whole.Dispose();
        using var honest = run.Puncture(message)!;
        var (failed, passed) = (0, 0);
        for (var i = 0; i < Trees; i++)
        {
            for (var level = 1; level < Levels; level++)
            {
                for (var side = 0; side < 2; side++)
                {
                    var at = i * TreeSize + ((level - 1) * 2 + side) * Node + (i + level) % Node;
                    using var seeds = PunctureBent(run, message, at, bit: i % 8);
                    if (side == run.ChoiceOf(Levels * i + level))
                    {
                        Assert.Null(seeds);
                        failed++;
                        continue;
                    }
                    Assert.NotNull(seeds);
                    Assert.Equal(BytesOf(honest.Delta), BytesOf(seeds.Delta));
                    Assert.Equal(BytesOf(honest.Leaves), BytesOf(seeds.Leaves));
                    passed++;
                }
            }
        }
        Assert.Equal((96, 96), (failed, passed));
    }

    [Theory]
    [InlineData("sum of check values", 192, 64)]
    [InlineData("digest", 256, 32)]
    [Trait("row", "T03b"), Trait("row", "T03c"), Trait("row", "M05")]
    public void A_wrong_proof_fails_in_every_tree(string field, int offset, int length)
    {
        using var run = new BaseOtRun(field).Complete();
        var (message, whole) = run.Grow();
        whole.Dispose();
        for (var i = 0; i < Trees; i++)
            Assert.Null(PunctureBent(run, message, i * TreeSize + offset + i * 7 % length, bit: i % 8));
        using var seeds = run.Puncture(message);
        Assert.NotNull(seeds);
    }

    [Fact]
    public void A_proof_of_another_tree_or_run_fails()
    {
        using var run = new BaseOtRun("this run").Complete();
        using var other = new BaseOtRun("another run").Complete();
        var (message, whole) = run.Grow();
        var (foreign, otherWhole) = other.Grow();
        whole.Dispose();
        otherWhole.Dispose();
        var swapped = message.ToArray();
        message.AsSpan(0, TreeSize).CopyTo(swapped.AsSpan(TreeSize));
        Assert.Null(run.Puncture(swapped));
        Assert.Null(run.Puncture(foreign));
    }

    private static OtSenderSeeds? PunctureBent(BaseOtRun run, byte[] message, int at, int bit)
    {
        var bent = message.ToArray();
        bent[at] ^= (byte)(1 << bit);
        return run.Puncture(bent);
    }

    private static byte[] BytesOf(SecureMemory memory)
    {
        using var bytes = memory.Borrow();
        return bytes.Span.ToArray();
    }
}
