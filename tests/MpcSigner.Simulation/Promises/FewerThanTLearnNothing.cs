using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Promises;

/// <summary>
/// What reached t − 1 nodes, with all that these hold themselves, determines no point of any sharing but their own: every generation's polynomial is known
/// here from the shares that nodes store, and is compared with everything that was sent to them.
/// </summary>
public sealed class FewerThanTLearnNothing(World world) : Promise(world)
{
    /// <summary>Points of a polynomial that are looked for: the key and everybody who could ever have a share.</summary>
    private const ushort Points = 16;

    private readonly CoalitionView _view = new();
    private readonly Dictionary<PublicScalar, string> _known = [];
    private readonly Dictionary<Digest32, (KeyRecord Record, Dictionary<NodeId, PublicScalar> Shares)> _sharings = [];

    public override string Name => "P1_Fewer_than_t_nodes_learn_nothing_of_a_key";

    public override void OnSent(SentMessage message)
    {
        if (World.Coalition.Contains(message.Recipient) && !World.Coalition.Contains(message.Sender.Nid) && message.Session.Terms.Protocol != ProtocolKind.PairSetup)
        {
            foreach (var scalar in _view.Note(message))
            {
                if (_known.TryGetValue(scalar, out var what))
                    Require(false, $"{message.Sender.Roster.Name} sends {NameOf(message.Recipient)} {what}");
            }
        }
    }

    public override void OnEffect(SimulatedNode node, NodeEffect effect)
    {
        if (effect is not NodeEffect.Commit { Shares: ScalarShares shares } commit)
            return;
        foreach (var row in commit.Writes.SelectMany(Rows))
        {
            foreach (var (key, generation, share) in shares.All.Where(share => share.Key == row.Record.KeyId && share.Generation == row.Record.Generation))
            {
                if (!_sharings.TryGetValue(row.RecordHash, out var sharing))
                    _sharings.Add(row.RecordHash, sharing = (row.Record, []));
                sharing.Shares[node.Nid] = share.ToPublic();
                Know(sharing.Record, sharing.Shares);
            }
        }
    }

    public override void AtEnd()
    {
        var candidates = _view.Candidates.ToHashSet();
        foreach (var (value, what) in _known)
            Require(!candidates.Contains(value), $"what {Names()} were sent adds up to {what}");
        if (_view.Find(_known.Select(known => (known.Key.Encode(), known.Value))) is { } found)
            Require(false, $"{Names()} were sent {found}");
    }

    /// <summary>Once t shares of a sharing are known here, everything that follows from them is.</summary>
    private void Know(KeyRecord record, Dictionary<NodeId, PublicScalar> shares)
    {
        var coalition = record.Parties.Where(party => World.Coalition.Contains(party.Nid)).Select(party => party.Pid).ToHashSet();
        // Where people gave t shares to these nodes there is nothing to be kept from them.
        if (coalition.Count >= record.Threshold || shares.Count != record.Threshold)
            return;
        foreach (var (value, what) in ValuesOf(record, shares, coalition))
            _known[value] = what;
    }

    private string Names() => string.Join(", ", World.Coalition.Select(NameOf));

    private static IEnumerable<KeyRow> Rows(StoreWrite write) => write switch
    {
        StoreWrite.AcknowledgeOrder creation => creation.Keys,
        StoreWrite.AcknowledgeMaintenance maintenance => maintenance.Keys,
        StoreWrite.CompleteRecovery recovery => recovery.Keys,
        _ => [],
    };

    /// <summary>The key, every share but the coalition's own, and every part λ·x that an honest party has of the key in a quorum with the coalition.</summary>
    private static IEnumerable<(PublicScalar Value, string What)> ValuesOf(KeyRecord record, Dictionary<NodeId, PublicScalar> shares, HashSet<PartyId> coalition)
    {
        var group = Groups.For(record.Suite.Curve());
        KeyParty[] basis = [.. record.Parties.Where(party => shares.ContainsKey(party.Nid)).Take(record.Threshold)];
        PartyId[] pids = [.. basis.Select(party => party.Pid)];
        PublicScalar At(ushort x) => Array.FindIndex(pids, pid => pid.Value == x) is >= 0 and var own
            ? shares[basis[own].Nid]
            : Sum(group, PublicSharing.LagrangeCoefficients(group, pids, x).Select((lambda, i) => group.MultiplyPublic(lambda, shares[basis[i].Nid])));
        var name = $"of generation {record.Generation} of {record.KeyId.ToString()[..6]}";
        var key = At(0);
        yield return (key, $"the key {name}");
        yield return (group.NegatePublic(key), $"the key, negated, {name}");
        for (ushort x = 1; x <= Points; x++)
        {
            if (!coalition.Contains(new(x)))
                yield return (At(x), $"the share of party {x} {name}");
        }
        foreach (var quorum in KeyInUse.Quorums(record))
        {
            PartyId[] signers = [.. quorum.Select(party => party.Pid)];
            foreach (var signer in signers.Where(signer => !coalition.Contains(signer)))
                yield return (group.MultiplyPublic(PublicSharing.LagrangeCoefficient(group, signers, signer), At(signer.Value)), $"party {signer}'s part of the key {name}");
        }
    }

    private static PublicScalar Sum(IGroup group, IEnumerable<PublicScalar> scalars) => scalars.Aggregate(group.AddPublic);
}
