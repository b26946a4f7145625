using System.Text;
using MpcSigner.Fuzz.Doors;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Fuzz.Mutation;
using Xunit;

namespace MpcSigner.Fuzz;

/// <summary>The fuzzer finds what it is there to find, names it, makes it small, and makes it again.</summary>
public sealed class EngineTests
{
    private static readonly byte[] s_seed = [0, 0, 0, 4, 1, 2, 3, 4, .. Encoding.ASCII.GetBytes("some text"), 0, 16, .. new byte[16]];

    private static DoorResult Run(Func<byte[], bool> take, long inputs = 20_000) =>
        Fuzzer.Run(new("test/door", Grammar.Binary, () => [s_seed], take), 1, inputs, TimeSpan.FromSeconds(30));

    private static Finding FirstFound(Func<byte[], bool> take, FindingKind kind)
    {
        var result = Run(take);
        var finding = Assert.IsType<Finding>(result.Findings.FirstOrDefault(found => found.Step >= 0));
        Assert.Equal(kind, finding.Kind);
        return finding;
    }

    [Fact]
    public void Finds_an_exception_and_makes_its_input_small()
    {
        var finding = FirstFound(input => input.Length > 2 && input[1] == 0xff ? throw new FormatException("planted") : true, FindingKind.Threw);
        Assert.Equal([0, 0xff, 0], finding.Input);
        Assert.Contains("FormatException: planted", finding.Detail, StringComparison.Ordinal);
        Assert.Contains($"replay test/door {finding.Episode:x16}", finding.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void Finds_two_encodings_of_one_value()
    {
        // A decoder that passes over what follows.
        var finding = FirstFound(input =>
        {
            if (input.Length < s_seed.Length)
                return false;
            Wrong.Unless(input.AsSpan(0, s_seed.Length), input);
            return true;
        }, FindingKind.WronglyAccepted);
        Assert.Equal(s_seed.Length + 1, finding.Input.Length);
    }

    [Fact]
    public void Finds_memory_that_an_input_does_not_deserve()
    {
        // A count is believed before anything else is read.
        var finding = FirstFound(input => input.Length < 4 || new byte[Math.Min(10_000_000, input[0] << 16)].Length >= 0, FindingKind.Large);
        Assert.Equal(4, finding.Input.Length);
        Assert.True(finding.Input[0] > 0);
    }

    [Fact]
    public void Finds_an_input_that_takes_more_than_a_second()
    {
        var slow = 0;
        FirstFound(input =>
        {
            if (input.Length > 0 && input[0] == 0x80 && slow++ < 3)
                Thread.Sleep(Trial.Longest + TimeSpan.FromMilliseconds(50));
            return true;
        }, FindingKind.Slow);
    }

    [Fact]
    public void Finds_a_seed_that_is_refused() => Assert.Equal(FindingKind.SeedRefused, Run(static _ => false, 10).Findings[0].Kind);

    [Fact]
    public void Finds_what_an_episode_leaves_behind()
    {
        var result = Fuzzer.Run(new("test/life", Grammar.Binary, () => [s_seed], () => new Forgetful()) { EpisodeLength = 10 }, 1, 50, TimeSpan.FromSeconds(30));
        Assert.Contains(result.Findings, finding => finding.Kind == FindingKind.WronglyAccepted && finding.Detail == "left behind" && finding.Step == 10);
    }

    private sealed class Forgetful : IEpisode
    {
        public bool Take(byte[] input) => true;

        public void End() => throw new Wrong("left behind");

        public void Dispose()
        {
        }
    }

    [Theory]
    [InlineData((int)Grammar.Binary)]
    [InlineData((int)Grammar.Protobuf)]
    [InlineData((int)Grammar.Yaml)]
    [InlineData((int)Grammar.Json)]
    [InlineData((int)Grammar.Rlp)]
    [InlineData((int)Grammar.Der)]
    [InlineData((int)Grammar.Word)]
    [InlineData((int)Grammar.Pem)]
    public void A_seed_makes_the_same_inputs_again_and_another_seed_others(int grammar)
    {
        byte[][] seeds = [s_seed, [0x0a, 3, 1, 2, 3, 0x10, 1], [0x30, 3, 2, 1, 5], Encoding.ASCII.GetBytes("a: b\nc: {d: 1}\n"), [0xc3, 0x82, 1, 2]];
        string Inputs(ulong seed) => string.Join(' ', Enumerable.Range(0, 200).Select(i => Convert.ToHexString(Mutator.Make((Grammar)grammar, seeds, new Dice(Dice.Mix(seed, (ulong)i))))));
        Assert.Equal(Inputs(1), Inputs(1));
        Assert.NotEqual(Inputs(1), Inputs(2));
    }

    /// <summary>Bytes that the tree formats take apart and nobody changes are put together as they were.</summary>
    [Theory]
    [InlineData("wire/request-body")]
    [InlineData("peer/keys")]
    [InlineData("chains/evm-transaction")]
    [InlineData("tls/certificate")]
    public void A_tree_is_written_as_it_was_read(string name)
    {
        var door = AllDoors.Find(name)!;
        ITreeFormat format = door.Grammar switch
        {
            Grammar.Protobuf => ProtobufTree.Format,
            Grammar.Rlp => RlpTree.Format,
            _ => DerTree.Format,
        };
        Assert.NotEmpty(door.Seeds);
        Assert.All(door.Seeds, seed =>
        {
            var nodes = format.Parse(seed);
            Assert.NotNull(nodes);
            Assert.Contains(nodes, node => node.Children is not null);
            Assert.Equal(seed, format.Write(nodes));
        });
    }
}
