using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Cheats.Lies;

/// <summary>
/// What a dealer of a reshare or recovery would deal that brings another share than its own, by one: T27b, T27d. Commitment, opening and shares fit each other;
/// only the present records tell.
/// </summary>
/// <remarks>Its own machine refuses to deal so. Both rounds are made here, from the same randomness.</remarks>
internal sealed class ForeignDealing
{
    private readonly Draft _draft;
    private readonly MaintenanceAction _action;
    private readonly IGroup _group;
    private readonly PublicScalar[][] _scalars;
    private readonly byte[] _salt;

    private ForeignDealing(Draft draft, MaintenanceAction action)
    {
        (_draft, _action, _group) = (draft, action, Groups.For(action.Suite.Curve()));
        _scalars = [.. action.Keys.Select(Deal)];
        _salt = draft.Random.Bytes(Bytes32.Size);
    }

    /// <summary>Round 1 with the commitment to this dealing; null where the cheater deals nothing.</summary>
    public static byte[]? Commitment(Draft draft) => Of(draft) is { } dealing
        ? draft.Overwrite(32..64, dealing.CommitmentDigest().ToArray()).SignBroadcast().Payload
        : null;

    /// <summary>Round 2 that opens it.</summary>
    public static byte[]? Opening(Draft draft)
    {
        if (Of(draft) is not { } dealing || dealing.T1() is not { } t1)
            return null;
        draft.Overwrite(0..32, t1.ToArray()).Overwrite(draft.Parts.Points, dealing.Points().SelectMany(points => points).SelectMany(point => point.Encode()).ToArray())
            .Overwrite(draft.Parts.Salt, dealing._salt).SignBroadcast(t1: t1);
        if (draft.Parts.SharesSize > 0)
            draft.Overwrite(draft.Parts.Shares, dealing.SharesFor(draft.RecipientPid).SelectMany(share => share.Encode()).ToArray()).SignShares(t1);
        return draft.Payload;
    }

    private static ForeignDealing? Of(Draft draft) =>
        draft.Order is { } action && Dealers(action).Contains(draft.SenderPid) ? new(draft, action) : null;

    private static PartyId[] Dealers(MaintenanceAction action) => action switch
    {
        MaintenanceAction.Reshare reshare => [.. reshare.Dealers],
        MaintenanceAction.Recover recover => [.. recover.Helpers],
        _ => [],
    };

    /// <summary>Coefficients of a polynomial, or parts of a sum; either stands for λ·(x + 1).</summary>
    private PublicScalar[] Deal(OrderedKey key)
    {
        using var own = _draft.Sender.Store.OpenShare(key.Key, key.Generation) ?? throw new InvalidOperationException("the cheater deals what it does not hold");
        var dealers = Dealers(_action);
        var lambda = PublicSharing.LagrangeCoefficient(_group, dealers, _draft.SenderPid, _action is MaintenanceAction.Recover recover ? recover.Recovered.Value : (ushort)0);
        var value = _group.MultiplyPublic(lambda, _group.AddPublic(own.ToPublic(), _group.One));
        PublicScalar[] others = [.. Enumerable.Range(1, (_action is MaintenanceAction.Reshare reshare ? reshare.NewThreshold : dealers.Length) - 1)
            .Select(_ => _group.ReduceWideBigEndian(_draft.Random.Bytes(IGroup.WideSize)))];
        return _action is MaintenanceAction.Reshare ? [value, .. others] : [.. others, others.Aggregate(value, _group.SubtractPublic)];
    }

    private IEnumerable<GroupPoint[]> Points() => _scalars.Select(scalars => scalars.Select(_group.MultiplyBasePublic).ToArray());

    private Digest32 CommitmentDigest()
    {
        var hash = new TranscriptHash(_action is MaintenanceAction.Reshare ? Tags.ReshareCommitment : Tags.RecoveryCommitment)
            .Digest(_draft.Context).Pid(_draft.SenderPid).Count(_scalars.Length);
        foreach (var points in Points())
            hash.Count(points.Length).Points(points);
        return hash.Bytes32(new(_salt)).ToDigest();
    }

    /// <summary>T1 as the others have it; null while the cheater has not heard them all.</summary>
    private Digest32? T1()
    {
        var dealers = Dealers(_action);
        var hash = new TranscriptHash(_action is MaintenanceAction.Reshare ? Tags.ReshareT1 : Tags.RecoveryT1).Digest(_draft.Context).Count(dealers.Length);
        foreach (var dealer in dealers)
        {
            if (dealer == _draft.SenderPid)
                hash.Joined(dealer, CommitmentDigest().Value);
            else if (_draft.TryHear(1, dealer, out var first))
                hash.Joined(dealer, new Digest32(first.Span[32..64]).Value);
            else
                return null;
        }
        return hash.ToDigest();
    }

    private IEnumerable<PublicScalar> SharesFor(PartyId receiver)
    {
        var at = _action is MaintenanceAction.Reshare ? 0 : Array.IndexOf(Dealers(_action), receiver);
        var x = _group.FromUInt64(receiver.Value);
        return _action is MaintenanceAction.Reshare
            ? _scalars.Select(coefficients => coefficients.Reverse().Aggregate((sum, next) => _group.AddPublic(_group.MultiplyPublic(sum, x), next)))
            : _scalars.Select(parts => parts[at]);
    }
}
