using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Protocols.Faults;

/// <summary>Why a session ended: everything found in the round, all parties judged.</summary>
/// <param name="Kind">The fault that decided. With accusations it is the first one's kind.</param>
/// <param name="Accusations">Complete for the round and in party order; empty when nobody can be blamed.</param>
/// <param name="Differing">Parties whose word differed from ours where nobody can be blamed yet; no verdict.</param>
/// <param name="Statements">
/// For an echo mismatch, all signed statements of the round in question as we received them: exchanged with the others' they convict whoever signed two (<see cref="Equivocation"/>).
/// </param>
public sealed record ProtocolFault(
    RoundId Round,
    FaultKind Kind,
    IReadOnlyList<Accusation> Accusations,
    IReadOnlyList<PartyId> Differing,
    IReadOnlyList<SignedStatement> Statements)
{
    /// <param name="accusations">At least one, as they were found: what is judged first is not told first.</param>
    internal static ProtocolFault Blaming(RoundId round, IReadOnlyList<Accusation> accusations)
    {
        Accusation[] inOrder = [.. accusations.OrderBy(accusation => accusation.Culprit)];
        return new(round, inOrder[0].Kind, inOrder, [], []);
    }

    internal static ProtocolFault WithoutVerdict(
        RoundId round, FaultKind kind, IReadOnlyList<PartyId> differing, IReadOnlyList<SignedStatement>? statements = null) =>
        new(round, kind, [], differing, statements ?? []);

    /// <summary>Everyone blamed, ascending, once each.</summary>
    public IReadOnlyList<PartyId> Culprits => [.. Accusations.Select(a => a.Culprit).Distinct().Order()];

    /// <summary>The gravest consequence for one party; <see cref="Consequence.RetryFresh"/> if it is not accused.</summary>
    public Consequence ConsequenceFor(PartyId party) =>
        Accusations.Where(a => a.Culprit == party).Select(a => a.Kind.Consequence()).DefaultIfEmpty(Consequence.RetryFresh).Max();

    public override string ToString() =>
        Accusations.Count == 0 ? $"{Round}: {Kind}, nobody blamed" : $"{Round}: {string.Join("; ", Accusations.Select(a => $"{a.Kind} by party {a.Culprit}"))}";
}
