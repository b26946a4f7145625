using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Protocols.Vss;

namespace MpcSigner.Protocols.Resharing;

/// <summary>What tells the three protocols of spec §10 apart; their rounds 1 and 2 are otherwise the same.</summary>
internal abstract class MaintenanceProtocol
{
    private protected MaintenanceProtocol(MaintenanceTerms terms, IGroup group, int pointsPerKey)
    {
        Terms = terms;
        Group = group;
        Layout = new(group, terms, pointsPerKey);
        Dealers = [.. terms.Dealers.Select(dealer => dealer.Pid)];
        NewParties = [.. terms.NewParties.Select(party => party.Pid)];
    }

    public static MaintenanceProtocol Of(MaintenanceTerms terms, IGroup group) => terms.Protocol switch
    {
        ProtocolKind.Refresh => new Refresh.RefreshProtocol(terms, group),
        ProtocolKind.Reshare => new Reshare.ReshareProtocol(terms, group),
        ProtocolKind.Recovery => new Recovery.RecoveryProtocol(terms, group),
        ProtocolKind.PairSetup or ProtocolKind.Dkg or ProtocolKind.Presign or ProtocolKind.Frost =>
            throw new ArgumentOutOfRangeException(nameof(terms), terms.Protocol, "not a protocol of §10"),
    };

    public MaintenanceTerms Terms { get; }

    public IGroup Group { get; }

    public MaintenanceLayout Layout { get; }

    /// <summary>S, ascending.</summary>
    public PartyId[] Dealers { get; }

    public PartyId[] NewParties { get; }

    /// <summary>Whether a dealer deals this member shares in round 2.</summary>
    public abstract bool IsReceiver(PartyId pid);

    /// <summary>Who owes a party a message of a round, perhaps itself among them.</summary>
    public IReadOnlyList<PartyId> Senders(byte round, PartyId to) => round < 3 ? Dealers : Confirmers(to);

    private protected abstract IReadOnlyList<PartyId> Confirmers(PartyId to);

    /// <summary>Draws what a dealer deals; takes its old shares.</summary>
    public abstract MaintenanceDealing Draw(MaintenanceSession session);

    /// <summary>[k]: the polynomial whose value at the receiver's pid, times G, the receiver's share must be.</summary>
    public abstract GroupPoint[][] CommitmentsFor(MaintenanceOpening opening, PartyId receiver);

    /// <summary>The keys whose opened points do not stand for the dealer's present share, ascending (spec §10.2 C_{i,0}, §10.3 Σ D); none in a refresh.</summary>
    /// <param name="random">For a check of all keys at once; null: one by one.</param>
    public abstract IReadOnlyList<int> FindForeign(MaintenanceOpening opening, PresentKeys present, IRandomSource? random);

    /// <summary>[pid][k], what each sender of round 3 must hold the secret of: X′ of a new party, Σ_i D_{i,k} of a helper.</summary>
    /// <param name="openings">Of all dealers, ascending.</param>
    public abstract Dictionary<PartyId, GroupPoint[]> PublicSides(PresentKeys present, IReadOnlyList<MaintenanceOpening> openings);

    /// <summary>What follows in public from all openings; null when some X′ is O, which has no encoding.</summary>
    /// <param name="openings">Of all dealers, ascending; judged one by one.</param>
    public virtual RenewedKeys? Derive(MaintenanceInput input, PresentKeys present, Digest32 t1, IReadOnlyList<MaintenanceOpening> openings)
    {
        var publicShares = PublicSides(present, openings);
        GroupPoint[] all = [.. publicShares.Values.SelectMany(column => column)];
        if (Array.Exists(all, point => point.IsIdentity))
            return null;
        Group.PrepareEncodings(all);
        var records = new KeyRecord[present.Records.Count];
        for (var k = 0; k < records.Length; k++)
        {
            var key = k;
            records[k] = Renew(present.Records[k], k, pid => publicShares[pid][key]);
        }
        Digest32[] hashes = [.. records.Select(KeyRecordHash.Compute)];
        return new(MaintenanceHashes.T2(input, t1, openings), records, hashes, KeyRecordTree.Root(hashes), publicShares);
    }

    /// <summary>Whether the sums stand for what the present records say they must. Each opening was judged, so a difference means that the records themselves do not fit together.</summary>
    public abstract bool Keeps(PresentKeys present, IReadOnlyList<MaintenanceOpening> openings, RenewedKeys keys, IRandomSource random);

    /// <summary>s_k·G is the k-th point for all keys: a batch in one random linear combination, whose secret side is constant-time.</summary>
    public bool AreSecretsOf(SecretScalars secrets, GroupPoint[] points, IRandomSource random)
    {
        if (points.Length == 1)
            return secrets.MultiplyBase(0) == points[0];
        var coefficients = BatchCoefficients.Draw(Group, points.Length, random);
        using var sum = secrets.WeightedSum(coefficients);
        return sum.MultiplyBase() == Group.LinearCombinationPublic(coefficients, points);
    }

    /// <summary>Round 3: what is sent and what is then awaited.</summary>
    /// <param name="shares">The party's sum of dealt shares; null for one that was dealt none. The ending's from here on.</param>
    /// <param name="statements">The signed openings of all dealers.</param>
    public abstract RoundEnd<MaintenanceResult> End(
        MaintenanceSession session, PresentKeys present, Digest32 t1, RenewedKeys keys, IReadOnlyList<SignedStatement> statements,
        SecretScalars? shares);

    /// <summary>The record of key k with other shares and, but for a recovery, the next generation: P and chain code stay (spec §10).</summary>
    private KeyRecord Renew(KeyRecord present, int k, Func<PartyId, GroupPoint> publicShare) => present with
    {
        Generation = Terms.NewGeneration(k),
        Threshold = Terms.NewThreshold,
        Parties = [.. Terms.NewParties.Select(party => new KeyParty(party.Pid, party.Nid, publicShare(party.Pid).Encode()))],
    };

    /// <summary>Σ_j of the dealers' m-th points for key k, for every m.</summary>
    private protected GroupPoint[] SumOfPoints(IReadOnlyList<MaintenanceOpening> openings, int k)
    {
        var sums = new GroupPoint[Layout.PointsPerKey];
        var terms = new GroupPoint[openings.Count];
        for (var m = 0; m < sums.Length; m++)
        {
            for (var j = 0; j < terms.Length; j++)
                terms[j] = openings[j].Points[k][m];
            sums[m] = Group.Sum(terms);
        }
        return sums;
    }
}
