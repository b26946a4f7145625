namespace MpcSigner.Client;

/// <summary>A version of the roster that follows the first one, with the signatures that the version before asks for.</summary>
/// <param name="Version">From 1.</param>
/// <param name="Roster">The exact bytes (YAML).</param>
/// <param name="Signatures">The exact bytes of the file of signatures (YAML).</param>
public sealed record SignedRoster(uint Version, ReadOnlyMemory<byte> Roster, ReadOnlyMemory<byte> Signatures);
