using MpcSigner.Coordination.Peers;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;

namespace MpcSigner.Coordination.Quorums;

/// <summary>Chooses who signs with us: usable peers of the key, those with the fewest strikes, with material ready and the least work first.</summary>
internal sealed class QuorumChooser(PeerBook book)
{
    private const int Turns = 1 << 16;
    private int _turn;

    /// <summary>t − 1 co-signers, or null when there are too few.</summary>
    /// <param name="without">Nodes that have failed in this request.</param>
    /// <param name="isReady">Whether material is ready with a party.</param>
    public IReadOnlyList<KeyParty>? CoSigners(KeyRecord record, NodeId self, IReadOnlySet<NodeId> without, Func<KeyParty, bool> isReady)
    {
        var needed = record.Threshold - 1;
        var turn = _turn = (_turn + 1) % Turns;
        var candidates = record.Parties
            .Where(party => party.Nid != self && !without.Contains(party.Nid) && book.Find(party.Nid) is { } peer && book.IsUsable(peer))
            .Select((party, place) => (party, peer: book.Find(party.Nid)!, place))
            .ToArray();
        if (candidates.Length < needed)
            return null;
        // Among equals the turn decides, so that load spreads over all of them.
        return [.. candidates
            .OrderBy(c => c.peer.Strikes).ThenBy(c => isReady(c.party) ? 0 : 1).ThenBy(c => c.peer.LiveSessions).ThenBy(c => (c.place + turn) % candidates.Length)
            .Take(needed).Select(c => c.party).OrderBy(party => party.Pid)];
    }

    /// <summary>Of whole quorums with material ready the next in turn that is usable and without strikes; null when there is none.</summary>
    public IReadOnlyList<KeyParty>? Prefer(IEnumerable<IReadOnlyList<KeyParty>> ready, IReadOnlySet<NodeId> without)
    {
        IReadOnlyList<KeyParty>[] groups =
        [
            .. ready.Where(group => group.All(party => !without.Contains(party.Nid) && book.Find(party.Nid) is { Strikes: 0 } peer && book.IsUsable(peer)))
                .DistinctBy(group => string.Join(',', group.Select(party => party.Pid))),
        ];
        if (groups.Length == 0)
            return null;
        _turn = (_turn + 1) % Turns;
        return groups[_turn % groups.Length];
    }

    /// <summary>Usable nodes that may be asked to book, other than those named: the booking quorum is drawn from the whole roster.</summary>
    public IReadOnlyList<NodeId> Bookers(IReadOnlySet<NodeId> without) =>
        [.. book.All.Where(peer => !without.Contains(peer.Nid) && book.IsUsable(peer)).OrderBy(peer => peer.Strikes).Select(peer => peer.Nid)];
}
