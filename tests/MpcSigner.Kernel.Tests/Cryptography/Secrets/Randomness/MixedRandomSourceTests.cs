using MpcSigner.Cryptography.Secrets.Randomness;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.Randomness;

public sealed class MixedRandomSourceTests
{
    /// <summary>A system that is predictable: what then differs comes from the token.</summary>
    private sealed class Zeros : IRandomSource
    {
        public void Fill(Span<byte> destination) => destination.Clear();
    }

    private static byte[] Sample(int seed)
    {
        var sample = new byte[MixedRandomSource.SampleSize];
        new SeededRandom(seed).Fill(sample);
        return sample;
    }

    private static byte[] Draw(IRandomSource source, int length = 48)
    {
        var bytes = new byte[length];
        source.Fill(bytes);
        return bytes;
    }

    [Fact]
    public void Draws_the_systems_bytes_until_a_sample_is_mixed_in()
    {
        using var mixed = new MixedRandomSource(new SeededRandom(1));
        Assert.Equal(Draw(new SeededRandom(1)), Draw(mixed));
        Assert.False(mixed.IsMixed);

        Assert.Equal(EntropyVerdict.Mixed, mixed.Mix(Sample(2)));
        Assert.True(mixed.IsMixed);
        var system = new SeededRandom(1);
        Draw(system);
        Draw(system, 32); // went into the key
        Assert.NotEqual(Draw(system), Draw(mixed));
    }

    [Fact]
    public void Hides_a_system_that_is_predictable_and_never_repeats_a_stream()
    {
        using var one = new MixedRandomSource(new Zeros());
        using var other = new MixedRandomSource(new Zeros());
        Assert.Equal(EntropyVerdict.Mixed, one.Mix(Sample(1)));
        Assert.Equal(EntropyVerdict.Mixed, other.Mix(Sample(2)));
        var seen = new HashSet<string>();
        for (var i = 0; i < 100; i++)
        {
            if (i % 10 == 0)
                Assert.Equal(EntropyVerdict.Mixed, one.Mix(Sample(100 + i)));
            Assert.True(seen.Add(Convert.ToHexString(Draw(one))));
            Assert.True(seen.Add(Convert.ToHexString(Draw(other))));
        }
    }

    /// <summary>The mask is fixed before the system's bytes are: whoever chose the samples cannot make two systems agree.</summary>
    [Fact]
    public void A_sample_that_somebody_chose_takes_nothing_from_the_system()
    {
        using var one = new MixedRandomSource(new SeededRandom(1));
        using var other = new MixedRandomSource(new SeededRandom(2));
        Assert.Equal(EntropyVerdict.Mixed, one.Mix(Sample(7)));
        Assert.Equal(EntropyVerdict.Mixed, other.Mix(Sample(7)));
        Assert.NotEqual(Draw(one), Draw(other));
    }

    [Fact]
    public void Rejects_a_generator_that_repeats_and_goes_on_without_it()
    {
        using var mixed = new MixedRandomSource(new SeededRandom(1));
        Assert.Equal(EntropyVerdict.Repeated, mixed.Mix(new byte[MixedRandomSource.SampleSize]));
        Assert.False(mixed.IsMixed);
        byte[] halves = [.. Sample(3)[..32], .. Sample(3)[..32]];
        Assert.Equal(EntropyVerdict.Repeated, mixed.Mix(halves));

        Assert.Equal(EntropyVerdict.Mixed, mixed.Mix(Sample(3)));
        Assert.Equal(EntropyVerdict.Repeated, mixed.Mix(Sample(3)));
        byte[] old = [.. Sample(4)[..32], .. Sample(3)[32..]];
        Assert.Equal(EntropyVerdict.Repeated, mixed.Mix(old));
        Assert.NotEqual(Draw(mixed), Draw(mixed));
    }

    [Fact]
    public void Wipes_the_sample_whatever_comes_of_it()
    {
        using var mixed = new MixedRandomSource(new SeededRandom(1));
        var sample = Sample(1);
        mixed.Mix(sample);
        Assert.All(sample, b => Assert.Equal(0, b));
        sample = Sample(1);
        Assert.Equal(EntropyVerdict.Repeated, mixed.Mix(sample));
        Assert.All(sample, b => Assert.Equal(0, b));
        Assert.Throws<ArgumentException>(() => mixed.Mix(new byte[MixedRandomSource.SampleSize - 1]));
    }

    [Fact]
    public void Is_drawn_from_while_samples_are_mixed_in()
    {
        using var mixed = new MixedRandomSource(SystemRandomSource.Instance);
        Parallel.For(0, 64, i =>
        {
            if (i % 8 == 0)
                Assert.Equal(EntropyVerdict.Mixed, mixed.Mix(Sample(i)));
            for (var draw = 0; draw < 100; draw++)
                Assert.Contains(Draw(mixed), b => b != 0);
        });
    }
}
