using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.HostileNode.Host;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Proofs;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Dealing;

/// <summary>A dealing of the host's own, in every part consistent with itself: any polynomials, and what they stand for is nobody's share.</summary>
internal sealed class Forgery
{
    private readonly Deal _deal;
    private readonly Hand _hand;
    private readonly PublicScalar[][] _coefficients;
    private readonly GroupPoint[][] _points;
    private readonly Bytes32[] _chainCodes;
    private readonly Bytes32 _salt;

    public Forgery(Deal deal, Hand hand)
    {
        (_deal, _hand) = (deal, hand);
        _coefficients = [.. Enumerable.Range(0, deal.Count).Select(_ => Enumerable.Range(0, deal.Points).Select(_ => deal.Group.ReduceWideBigEndian(Draw(IGroup.WideSize))).ToArray())];
        _points = [.. _coefficients.Select(polynomial => polynomial.Select(deal.Group.MultiplyBasePublic).ToArray())];
        _chainCodes = [.. Enumerable.Range(0, deal.HasProofs ? deal.Count : 0).Select(_ => new Bytes32(Draw(Bytes32.Size)))];
        _salt = new(Draw(Bytes32.Size));
    }

    public Digest32 Commitment() => _deal.Maintenance is { } input
        ? MaintenanceHashes.Commitment(input, _deal.Session.SelfPid, _points, _salt)
        : DkgHashes.Commitment(_deal.Context, _deal.Session.SelfPid, _points, _chainCodes, _salt);

    /// <summary>T1 over the others' commitments and this one.</summary>
    public Digest32 T1(IReadOnlyDictionary<PartyId, Digest32> heard)
    {
        var all = new SortedDictionary<PartyId, Digest32>(heard.ToDictionary(one => one.Key, one => one.Value)) { [_deal.Session.SelfPid] = Commitment() };
        return _deal.Maintenance is { } input ? MaintenanceHashes.T1(input, all) : DkgHashes.T1(_deal.Context, all);
    }

    /// <param name="proven">As whose the proofs of a key generation are made, and in which transcript; fresh each time.</param>
    public byte[] Opening(Digest32 t1, (PartyId Prover, Digest32 T1)? proven = null)
    {
        var (prover, transcript) = proven ?? (_deal.Session.SelfPid, t1);
        IEnumerable<byte> encoded = [.. t1.ToArray(), .. _points.SelectMany(points => points).SelectMany(point => point.Encoded.ToArray())];
        encoded = [.. encoded, .. _chainCodes.SelectMany(code => code.ToArray()), .. _salt.ToArray()];
        if (!_deal.HasProofs)
            return [.. encoded];
        var context = SchnorrContext.OfConstants(transcript, prover);
        return [.. encoded, .. _points.SelectMany((points, k) => Prove(context, k, points[0]))];
    }

    public byte[] SharesFor(PartyId receiver) => [.. _coefficients.SelectMany(polynomial => Share(polynomial, receiver).Encode())];

    private PublicScalar Share(PublicScalar[] polynomial, PartyId receiver)
    {
        var group = _deal.Group;
        if (_deal.Session.Terms.Protocol == ProtocolKind.Recovery)
            return polynomial[_deal.Maintenance!.Terms.Dealers.ToList().FindIndex(helper => helper.Pid == receiver)];
        var (x, sum) = (group.FromUInt64(receiver.Value), group.Zero);
        foreach (var coefficient in polynomial.Reverse())
            sum = group.AddPublic(group.MultiplyPublic(sum, x), coefficient);
        // A refresh's polynomials have no constant term.
        return _deal.Session.Terms.Protocol == ProtocolKind.Refresh ? group.MultiplyPublic(sum, x) : sum;
    }

    private byte[] Prove(SchnorrContext context, int k, GroupPoint statement)
    {
        if (!SecretScalar.TryDecode(_deal.Group, _coefficients[k][0].Encode(), out var witness))
            throw new InvalidOperationException("a forged constant term is no scalar");
        using (witness)
            return SchnorrProof.Prove(_deal.Group, context, k, witness, statement, _hand.Random).Encode();
    }

    private byte[] Draw(int size)
    {
        var bytes = new byte[size];
        _hand.Random.Fill(bytes);
        return bytes;
    }
}
