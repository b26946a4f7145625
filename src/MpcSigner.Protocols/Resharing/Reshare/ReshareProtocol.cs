using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Vss;

namespace MpcSigner.Protocols.Resharing.Reshare;

/// <summary>Reshare (spec §10.2): t holders S deal their parts of the key to N′ with threshold t′.</summary>
internal sealed class ReshareProtocol(MaintenanceTerms terms, IGroup group) : MaintenanceProtocol(terms, group, pointsPerKey: terms.NewThreshold)
{
    public override bool IsReceiver(PartyId pid) => Terms.IsNewParty(pid);

    private protected override IReadOnlyList<PartyId> Confirmers(PartyId to) => NewParties;

    public override MaintenanceDealing Draw(MaintenanceSession session) => ReshareDealing.Draw(session);

    public override GroupPoint[][] CommitmentsFor(MaintenanceOpening opening, PartyId receiver) => opening.Points;

    /// <summary>C_{i,0} = λ_i^S·X_i: the dealer shares out its own part of the key and nothing else.</summary>
    public override IReadOnlyList<int> FindForeign(MaintenanceOpening opening, PresentKeys present, IRandomSource? random) =>
        LagrangeMultiples.FindOther(
            Group, Dealers, opening.Dealer, at: 0, present.PublicShares(opening.Dealer), [.. opening.Points.Select(points => points[0])], random);

    /// <summary>X_m′ = Σ_i Σ_k pid_m^k·C_{i,k}.</summary>
    public override Dictionary<PartyId, GroupPoint[]> PublicSides(PresentKeys present, IReadOnlyList<MaintenanceOpening> openings)
    {
        var publicShares = NewParties.ToDictionary(pid => pid, _ => new GroupPoint[Layout.Count]);
        for (var k = 0; k < Layout.Count; k++)
        {
            var polynomial = SumOfPoints(openings, k);
            foreach (var (pid, column) in publicShares)
                column[k] = Group.EvaluatePublic(polynomial, pid.Value);
        }
        return publicShares;
    }

    /// <summary>Σ_{i∈S} C_{i,0} = P.</summary>
    public override bool Keeps(PresentKeys present, IReadOnlyList<MaintenanceOpening> openings, RenewedKeys keys, IRandomSource random)
    {
        for (var k = 0; k < Layout.Count; k++)
        {
            var key = k;
            if (Group.Sum([.. openings.Select(opening => opening.Points[key][0])]) != present.PublicKeys[k])
                return false;
        }
        return true;
    }

    public override RoundEnd<MaintenanceResult> End(
        MaintenanceSession session, PresentKeys present, Digest32 t1, RenewedKeys keys, IReadOnlyList<SignedStatement> statements,
        SecretScalars? shares) =>
        CollectingConfirmations.Begin(session, t1, keys, statements, shares);
}
