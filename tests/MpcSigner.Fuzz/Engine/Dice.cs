namespace MpcSigner.Fuzz.Engine;

/// <summary>Choices that a 64-bit seed determines, on every machine and runtime (SplitMix64).</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    public static ulong Mix(ulong one, ulong other) => new Dice(one ^ (other * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019)).Next();

    /// <summary>The same for the same text, unlike <see cref="string.GetHashCode()"/>.</summary>
    public static ulong Of(string text) => text.Aggregate(0xCBF29CE484222325UL, static (hash, c) => (hash ^ c) * 0x100000001B3);

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>0..<paramref name="below"/> − 1; 0 where there is nothing to choose from.</summary>
    public int Below(int below) => below <= 1 ? 0 : (int)(Next() % (ulong)below);

    public bool OneIn(int n) => Below(n) == 0;

    public T Pick<T>(IReadOnlyList<T> list) => list[Below(list.Count)];

    public byte Byte() => (byte)Next();

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++)
            bytes[i] = Byte();
        return bytes;
    }

    /// <summary>Mostly small, sometimes up to <paramref name="most"/>.</summary>
    public int Size(int most) => Math.Min(most, 1 + (OneIn(8) ? Below(most) : Below(OneIn(3) ? 64 : 8)));
}
