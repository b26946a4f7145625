using MpcSigner.Fuzz.Mutation;

namespace MpcSigner.Fuzz.Engine;

/// <summary>A place where bytes from outside enter, with valid bytes to start from and what may come of any others.</summary>
internal sealed class Door
{
    private readonly Lazy<IReadOnlyList<byte[]>> _seeds;

    /// <param name="name">Area and decoder: <c>core/key-record</c>.</param>
    /// <param name="seeds">What our own encoders, or the vectors, say in this place; made once.</param>
    /// <param name="take">Offers bytes to the door: whether they were accepted. Accepted bytes are checked there (<see cref="Wrong.If"/>); an exception is a finding.</param>
    public Door(string name, Grammar grammar, Func<IEnumerable<byte[]>> seeds, Func<byte[], bool> take, params string[] covers)
        : this(name, grammar, seeds, () => new Stateless(take), covers)
    {
    }

    /// <param name="begin">Something that remembers what it was offered: each episode begins with a new one.</param>
    public Door(string name, Grammar grammar, Func<IEnumerable<byte[]>> seeds, Func<IEpisode> begin, params string[] covers)
    {
        (Name, Grammar, Begin, Covers) = (name, grammar, begin, covers);
        _seeds = new(() => [.. seeds().DistinctBy(Convert.ToHexString)]);
    }

    public string Name { get; }

    public Grammar Grammar { get; }

    public Func<IEpisode> Begin { get; }

    /// <summary>Type.Method of every decoder that stands behind it.</summary>
    public IReadOnlyList<string> Covers { get; }

    public IReadOnlyList<byte[]> Seeds => _seeds.Value;

    /// <summary>Inputs of one episode. One where the door remembers nothing.</summary>
    public int EpisodeLength { get; init; } = 1;

    /// <summary>What one input may allocate: so many bytes, and so many more for each of its own.</summary>
    public long AllocatedAtMost { get; init; } = 64 << 10;

    public int AllocatedPerByte { get; init; } = 32;

    /// <summary>More where one input stands for many messages of many nodes, with all their arithmetic.</summary>
    public TimeSpan Longest { get; init; } = Trial.Longest;

    /// <summary>False where a seed alone is not accepted: bytes that need a state which the door has not.</summary>
    public bool AcceptsSeeds { get; init; } = true;

    /// <summary>Inputs that a budget of the tests grants, relative to other doors: slow doors get fewer.</summary>
    public double Share { get; init; } = 1;

    public override string ToString() => Name;

    private sealed class Stateless(Func<byte[], bool> take) : IEpisode
    {
        public bool Take(byte[] input) => take(input);

        public void Dispose()
        {
        }
    }
}

/// <summary>What is offered a row of inputs, one after the other.</summary>
internal interface IEpisode : IDisposable
{
    /// <summary>Whether the input was accepted. Throws when what came of it is wrong.</summary>
    bool Take(byte[] input);

    /// <summary>After the last input: throws when something is left behind that must not be.</summary>
    void End()
    {
    }
}

/// <summary>A door accepted bytes and made something wrong of them.</summary>
internal sealed class Wrong(string what) : Exception(what)
{
    public static void If(bool wrong, string what)
    {
        if (wrong)
            throw new Wrong(what);
    }

    /// <summary>One value has one encoding: whatever is accepted is what would be written.</summary>
    public static void Unless(ReadOnlySpan<byte> encodedAgain, byte[] input)
    {
        if (!encodedAgain.SequenceEqual(input))
            throw new Wrong($"accepted, and written otherwise: {Convert.ToHexStringLower(encodedAgain)}");
    }
}
