using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Vss;

namespace MpcSigner.Protocols.Resharing.Refresh;

/// <summary>Refresh (spec §10.1): all n add shares of zero to their own. No constant term is on the wire, so that g_i(0) = 0 holds by construction.</summary>
internal sealed class RefreshProtocol(MaintenanceTerms terms, IGroup group) : MaintenanceProtocol(terms, group, pointsPerKey: terms.OldThreshold - 1)
{
    public override bool IsReceiver(PartyId pid) => true;

    private protected override IReadOnlyList<PartyId> Confirmers(PartyId to) => NewParties;

    public override MaintenanceDealing Draw(MaintenanceSession session) => RefreshDealing.Draw(session);

    /// <summary>0, D_1, …, D_{t−1}: g_j(pid)·G = Σ_{k≥1} pid^k·D_{j,k}.</summary>
    public override GroupPoint[][] CommitmentsFor(MaintenanceOpening opening, PartyId receiver) =>
        [.. opening.Points.Select(points => (GroupPoint[])[Group.Identity, .. points])];

    public override IReadOnlyList<int> FindForeign(MaintenanceOpening opening, PresentKeys present, IRandomSource? random) => [];

    /// <summary>X_m′ = X_m + Σ_j Σ_{k≥1} pid_m^k·D_{j,k}.</summary>
    public override Dictionary<PartyId, GroupPoint[]> PublicSides(PresentKeys present, IReadOnlyList<MaintenanceOpening> openings)
    {
        var publicShares = NewParties.ToDictionary(pid => pid, _ => new GroupPoint[Layout.Count]);
        for (var k = 0; k < Layout.Count; k++)
        {
            GroupPoint[] polynomial = [Group.Identity, .. SumOfPoints(openings, k)];
            foreach (var (pid, column) in publicShares)
            {
                polynomial[0] = present.PublicShares(pid)[k];
                column[k] = Group.EvaluatePublic(polynomial, pid.Value);
            }
        }
        return publicShares;
    }

    /// <summary>Σ λ_i·X_i′ = P.</summary>
    public override bool Keeps(PresentKeys present, IReadOnlyList<MaintenanceOpening> openings, RenewedKeys keys, IRandomSource random) =>
        PublicInterpolation.Holds(Group, NewParties.AsSpan(0, Terms.NewThreshold), keys.PublicShares, present.PublicKeys, random);

    public override RoundEnd<MaintenanceResult> End(
        MaintenanceSession session, PresentKeys present, Digest32 t1, RenewedKeys keys, IReadOnlyList<SignedStatement> statements,
        SecretScalars? shares) =>
        CollectingConfirmations.Begin(session, t1, keys, statements, shares);
}
