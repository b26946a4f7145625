using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Faults;

namespace MpcSigner.Protocols.Broadcast;

/// <summary>An accusation's evidence as a third party may read it: nothing counts but what its signer signed in this very session (spec §4.4).</summary>
internal static class EvidenceStatements
{
    /// <summary>
    /// The statements, of which the accused signed the last; null unless all are of this context, their signatures hold, and those from round 2 on carry one T1.
    /// </summary>
    /// <param name="identities">Identity keys of all parties at the time of the session.</param>
    public static IReadOnlyList<SignedStatement>? Read(
        Accusation accusation, Digest32 context, IReadOnlyDictionary<PartyId, Ed25519PublicKey> identities)
    {
        List<SignedStatement> statements = [];
        foreach (var item in accusation.Evidence)
        {
            if (item is not SignedStatement statement || statement.Context != context
                || !identities.TryGetValue(statement.From, out var identity) || !statement.Verify(identity))
                return null;
            statements.Add(statement);
        }
        if (statements.Count == 0 || statements[^1].From != accusation.Culprit || statements.Any(s => s.T1 is null != (s.Round == 1))
            || statements.Where(s => s.T1 is not null).Select(s => s.T1).Distinct().Count() > 1)
            return null;
        return statements;
    }
}
