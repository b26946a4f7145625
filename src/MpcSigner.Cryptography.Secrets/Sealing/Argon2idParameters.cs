namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>What deriving a key from a passphrase costs (RFC 9106), in libsodium's terms: one lane.</summary>
/// <param name="Operations">Passes over the memory.</param>
/// <param name="MemoryBytes">Memory in bytes.</param>
public sealed record Argon2idParameters(uint Operations, ulong MemoryBytes)
{
    public const uint MinOperations = 2;
    public const uint MaxOperations = 64;

    /// <summary>64 MiB: less makes guessing cheap, so a stored header that says less is refused.</summary>
    public const ulong MinMemoryBytes = 64UL << 20;

    /// <summary>4 GiB: a stored header that says more is refused rather than tried.</summary>
    public const ulong MaxMemoryBytes = 4UL << 30;

    /// <summary>Three passes over 256 MiB: about a second, once at each start.</summary>
    public static Argon2idParameters Default { get; } = new(3, 256UL << 20);

    public bool IsWithinBounds =>
        Operations is >= MinOperations and <= MaxOperations && MemoryBytes is >= MinMemoryBytes and <= MaxMemoryBytes;
}
