using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Vss;

namespace MpcSigner.Protocols.Resharing.Recovery;

/// <summary>Recovery (spec §10.3): t helpers let one party compute its lost shares; none of them sees another's part, nor the party's shares. Records stay as they are.</summary>
internal sealed class RecoveryProtocol(MaintenanceTerms terms, IGroup group) : MaintenanceProtocol(terms, group, pointsPerKey: terms.OldThreshold)
{
    /// <summary>r, which lost its shares.</summary>
    public PartyId Recovered => NewParties[0];

    /// <summary>δ_{i,k} go among the helpers; r gets none.</summary>
    public override bool IsReceiver(PartyId pid) => Terms.IsDealer(pid);

    /// <summary>The helpers owe r their sums; to each other they owe nothing.</summary>
    private protected override IReadOnlyList<PartyId> Confirmers(PartyId to) => to == Recovered ? Dealers : [];

    public override MaintenanceDealing Draw(MaintenanceSession session) => RecoveryDealing.Draw(session, Recovered);

    /// <summary>D_{i,k} alone: δ_{i,k}·G = D_{i,k}.</summary>
    public override GroupPoint[][] CommitmentsFor(MaintenanceOpening opening, PartyId receiver)
    {
        var at = Array.IndexOf(Dealers, receiver);
        return [.. opening.Points.Select(points => (GroupPoint[])[points[at]])];
    }

    /// <summary>Σ_k D_{i,k} = λ_i^S(pid_r)·X_i.</summary>
    public override IReadOnlyList<int> FindForeign(MaintenanceOpening opening, PresentKeys present, IRandomSource? random) =>
        LagrangeMultiples.FindOther(
            Group, Dealers, opening.Dealer, Recovered.Value, present.PublicShares(opening.Dealer),
            [.. opening.Points.Select(points => Group.Sum(points))], random);

    /// <summary>Σ_i D_{i,k}: what the sum y_k of helper k stands for.</summary>
    public override Dictionary<PartyId, GroupPoint[]> PublicSides(PresentKeys present, IReadOnlyList<MaintenanceOpening> openings)
    {
        var sums = Dealers.ToDictionary(pid => pid, _ => new GroupPoint[Layout.Count]);
        for (var k = 0; k < Layout.Count; k++)
        {
            var row = SumOfPoints(openings, k);
            for (var i = 0; i < Dealers.Length; i++)
                sums[Dealers[i]][k] = row[i];
        }
        return sums;
    }

    /// <summary>No record changes.</summary>
    public override RenewedKeys Derive(MaintenanceInput input, PresentKeys present, Digest32 t1, IReadOnlyList<MaintenanceOpening> openings) =>
        new(MaintenanceHashes.T2(input, t1, openings), present.Records, [.. Terms.Keys.Select(key => key.RecordHash)], Terms.OldRoot, PublicSides(present, openings));

    /// <summary>Σ_k Σ_i D_{i,k} = X_r.</summary>
    public override bool Keeps(PresentKeys present, IReadOnlyList<MaintenanceOpening> openings, RenewedKeys keys, IRandomSource random)
    {
        var publicShares = present.PublicShares(Recovered);
        for (var k = 0; k < publicShares.Length; k++)
        {
            var key = k;
            if (Group.Sum([.. keys.PublicShares.Values.Select(column => column[key])]) != publicShares[k])
                return false;
        }
        return true;
    }

    public override RoundEnd<MaintenanceResult> End(
        MaintenanceSession session, PresentKeys present, Digest32 t1, RenewedKeys keys, IReadOnlyList<SignedStatement> statements,
        SecretScalars? shares) =>
        shares is null
            ? new RoundEnd<MaintenanceResult>.Next(new CollectingSums(session, t1, keys, statements, present), new())
            : SumsSent.Begin(session, t1, keys, shares, Recovered);
}
