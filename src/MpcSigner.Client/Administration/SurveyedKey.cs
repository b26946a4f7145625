using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Client.Administration;

/// <summary>A key as all nodes that answered show it: its newest certified record, and who stands where.</summary>
/// <param name="Record">Certified by all of its parties, of the key that its creation made; of the highest generation that any node could prove.</param>
/// <param name="RecordHash">KH.</param>
/// <param name="Anchor">What the key is known by.</param>
/// <param name="Holders">Parties that answered with this very generation in use.</param>
/// <param name="LastAttempt">Highest attempt that any node has begun for the next generation.</param>
/// <param name="LastRecovery">Highest attempt of a recovery of this generation.</param>
/// <param name="HighestNumber">The highest party number of any certified generation that a node showed: numbers are never used again.</param>
/// <param name="Generations">Every certified generation that a node showed, in no order.</param>
/// <param name="Standings">What each node that knows the key said of it.</param>
internal sealed record SurveyedKey(
    KeyRecord Record, Digest32 RecordHash, KeyAnchor Anchor, string Label, IReadOnlyList<NodeId> Holders, uint LastAttempt, uint LastRecovery, ushort HighestNumber,
    IReadOnlyList<KeyRecord> Generations, IReadOnlyList<NodeKeyState> Standings)
{
    public KeyId Id => Record.KeyId;

    /// <summary>Whether any node says that it was destroyed.</summary>
    public bool Destroyed => Standings.Any(s => s.Destroyed);
}

/// <summary>One node's word on one key.</summary>
/// <param name="InUse">The generation it signs with; null for none.</param>
/// <param name="Kept">Generations that it knows, with their state.</param>
internal sealed record NodeKeyState(RosterNode Node, uint? InUse, bool Destroyed, IReadOnlyList<(uint Generation, string State, bool Party)> Kept);

/// <summary>What the nodes answered about keys.</summary>
/// <param name="Silent">Nodes that gave no answer, and why.</param>
internal sealed record Survey(IReadOnlyList<SurveyedKey> Keys, IReadOnlyList<NodeRefusal> Silent);
