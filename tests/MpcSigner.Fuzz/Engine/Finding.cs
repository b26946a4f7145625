namespace MpcSigner.Fuzz.Engine;

internal enum FindingKind
{
    /// <summary>An exception that the door does not document.</summary>
    Threw = 1,

    /// <summary>Accepted, and what came of it is wrong.</summary>
    WronglyAccepted = 2,

    /// <summary>More than a second for one input.</summary>
    Slow = 3,

    /// <summary>More memory than the door's bound.</summary>
    Large = 4,

    /// <summary>A seed was refused: what is mutated from it tries nothing.</summary>
    SeedRefused = 5,
}

/// <summary>An input that a door must not answer so.</summary>
/// <param name="Episode">Seed of the episode; with <paramref name="Step"/> it makes the input again.</param>
internal sealed record Finding(string Door, FindingKind Kind, ulong Episode, int Step, byte[] Input, string Detail)
{
    private const int ShownBytes = 4_096;

    public string Describe()
    {
        var shown = Convert.ToHexStringLower(Input.AsSpan(0, Math.Min(Input.Length, ShownBytes)));
        return $"{Door}: {Kind}, {Detail}\n  input of {Input.Length} bytes, step {Step}: {shown}{(Input.Length > ShownBytes ? "…" : "")}\n"
            + $"  dotnet run --project tests/MpcSigner.Fuzz -c Release -- replay {Door} {Episode:x16}";
    }
}
