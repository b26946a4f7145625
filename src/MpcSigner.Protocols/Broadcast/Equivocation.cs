using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Faults;

namespace MpcSigner.Protocols.Broadcast;

/// <summary>Finds who signed two different things (spec §4.4, §15): what an echo mismatch is resolved with.</summary>
public static class Equivocation
{
    /// <summary>
    /// Whether two statements convict their common signer: same context, round, sender and recipient, same T1 from round 2 on,
    /// different payloads, both signatures good.
    /// </summary>
    public static bool Convicts(SignedStatement one, SignedStatement other, Ed25519PublicKey identity) =>
        one.Context == other.Context && one.Round == other.Round && one.From == other.From && one.To == other.To && one.T1 == other.T1
        && one.T1 is null == (one.Round <= 1)
        && !one.Payload.Span.SequenceEqual(other.Payload.Span)
        && one.Verify(identity) && other.Verify(identity);

    /// <summary>Compares the statements we received with those another party shows; names everyone convicted, in party order.</summary>
    /// <param name="shown">Nothing in it is trusted: only what carries the accused's own signature counts.</param>
    public static IReadOnlyList<Accusation> Find(
        IReadOnlyCollection<SignedStatement> ours, IReadOnlyCollection<SignedStatement> shown, IReadOnlyDictionary<PartyId, Ed25519PublicKey> identities)
    {
        var found = new SortedDictionary<PartyId, Accusation>();
        foreach (var statement in ours)
        {
            if (found.ContainsKey(statement.From) || !identities.TryGetValue(statement.From, out var identity))
                continue;
            if (shown.FirstOrDefault(other => Convicts(statement, other, identity)) is { } contradiction)
            {
                found.Add(statement.From, new(
                    statement.From, FaultKind.Equivocation, null, SignedStatement.DigestOf(contradiction.Payload.Span), [statement, contradiction]));
            }
        }
        return [.. found.Values];
    }
}
