using MpcSigner.Core.Identities;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;

namespace MpcSigner.Policy;

/// <summary>The authenticated client of a request, as the roster has it.</summary>
public sealed record PolicyClient(ClientId Id, string Name);

/// <summary>All that is known of a request to sign. Comes from the request's own bytes, the roster and the key record; never from a peer's word.</summary>
/// <param name="Label">The key's label, null where it has none.</param>
/// <param name="Usage">What the key was created for.</param>
/// <param name="Path">The derivation path of the key that would sign; empty for the key itself.</param>
public sealed record SigningFacts(PolicyClient Client, KeyId Key, string? Label, KeyUsage Usage, IReadOnlyList<uint> Path, PayloadKind Payload, SigningIntent Intent);

/// <summary>All that is known of a request to make keys.</summary>
/// <param name="Parties">n.</param>
/// <param name="Labels">Empty, or one for each of <paramref name="Count"/> keys.</param>
public sealed record CreationFacts(PolicyClient Client, Suite Suite, int Threshold, int Parties, int Count, IReadOnlyList<string> Labels, KeyUsage Usage);
