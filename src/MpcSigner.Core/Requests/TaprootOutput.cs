namespace MpcSigner.Core.Requests;

/// <summary>How a Taproot key becomes the key that signs (spec §19.5); the number is the wire's.</summary>
public enum TaprootMode : byte
{
    /// <summary>The key itself, by its x alone: BIP-340 without a tweak.</summary>
    None = 0,

    /// <summary>The output key of BIP-341 over the key as internal key.</summary>
    KeyPath = 1,
}

/// <summary>Which output key of a Taproot key a request is to be signed under: part of what the client signs. Keys of other suites know <see cref="None"/> only.</summary>
public sealed class TaprootOutput : IEquatable<TaprootOutput>
{
    /// <summary>Bytes of a merkle root.</summary>
    public const int RootSize = 32;

    private readonly byte[] _root;

    private TaprootOutput(TaprootMode mode, byte[] root) => (Mode, _root) = (mode, root);

    /// <summary>No tweak.</summary>
    public static TaprootOutput None { get; } = new(TaprootMode.None, []);

    /// <summary>The output without scripts: its tweak commits to there being none.</summary>
    public static TaprootOutput KeyPath { get; } = new(TaprootMode.KeyPath, []);

    public TaprootMode Mode { get; }

    /// <summary>The merkle root of the output's scripts: 32 bytes, or none.</summary>
    public ReadOnlyMemory<byte> Root => _root;

    /// <summary>The output that its scripts' merkle root tweaks.</summary>
    /// <param name="root">32 bytes.</param>
    /// <exception cref="ArgumentException">A root of another length.</exception>
    public static TaprootOutput KeyPathWithRoot(ReadOnlySpan<byte> root) => root.Length == RootSize
        ? new(TaprootMode.KeyPath, root.ToArray())
        : throw new ArgumentException($"a merkle root has {RootSize} bytes", nameof(root));

    public bool Equals(TaprootOutput? other) => other is not null && Mode == other.Mode && _root.AsSpan().SequenceEqual(other._root);

    public override bool Equals(object? obj) => Equals(obj as TaprootOutput);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Mode);
        hash.AddBytes(_root);
        return hash.ToHashCode();
    }

    /// <summary>For people and logs.</summary>
    public override string ToString() => Mode switch
    {
        TaprootMode.None => "no tweak",
        TaprootMode.KeyPath => _root.Length == 0 ? "key path" : $"key path, root {Convert.ToHexStringLower(_root)}",
    };
}
