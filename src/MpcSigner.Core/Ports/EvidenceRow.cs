using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Ports;

/// <summary>What a node keeps of a peer's cheat for others to judge; the file itself is opaque here.</summary>
/// <param name="Id">SHA-256 of the file: the log entry of the fault names it.</param>
/// <param name="Culprit">Zero where nobody is named: the statements of an echo mismatch.</param>
/// <param name="Protocol">2 key generation, 3–5 maintenance, 7 FROST.</param>
/// <param name="Kind">Number of the fault's kind.</param>
/// <param name="Request">SHA-256 of the body of the request or order behind the session.</param>
/// <param name="Key">Of a signature; zero else.</param>
/// <param name="FoundAt">Whole milliseconds.</param>
/// <param name="Size">Bytes of the file, 1..<see cref="StoreLimits.MaxEvidenceBytes"/>.</param>
public sealed record EvidenceRow(Digest32 Id, NodeId Culprit, byte Protocol, ushort Kind, Digest32 Request, KeyId Key, DateTimeOffset FoundAt, int Size);
