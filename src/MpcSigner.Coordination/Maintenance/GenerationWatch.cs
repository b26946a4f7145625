using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>A peer works with another generation of a key than this node: who is behind? Only a certified record of a higher generation, with the order that made it, is believed (restored backups, spec §10).</summary>
internal sealed class GenerationWatch(Rooms rooms, MaintenanceBook book)
{
    /// <summary>Keys remembered as asked about; beyond that nobody is asked until some are forgotten.</summary>
    private const int MaxAsked = 4_096;

    private readonly Dictionary<KeyId, TimeSpan> _asked = [];
    private readonly MachineContext _context = rooms.Context;

    /// <summary>A session or question of a peer was of another generation than this node's own row.</summary>
    public void Met(KeyId key, NodeId peer)
    {
        if (rooms.Peers.Find(peer) is null || !MayAsk(key))
            return;
        book.Pending(key)?.SeekCertificate(static () => { }); // most likely its certificate is on the way
        _context.Call(peer, new PeerCall.AskKeys([key]), (_, reply) =>
        {
            if (reply is PeerReply.Keys { Found: [{ } shown] } && shown.Record.KeyId == key)
                Judge(key, peer, shown);
        }, static _ => { });
    }

    private bool MayAsk(KeyId key)
    {
        var now = _context.Now.Elapsed;
        if (_asked.TryGetValue(key, out var last) && now - last < _context.Settings.Maintenance.AskKeysPause)
            return false;
        if (_asked.Count >= MaxAsked)
        {
            foreach (var old in _asked.Where(asked => now - asked.Value >= _context.Settings.Maintenance.AskKeysPause).Select(asked => asked.Key).ToArray())
                _asked.Remove(old);
            if (_asked.Count >= MaxAsked)
                return false;
        }
        _asked[key] = now;
        return true;
    }

    private void Judge(KeyId key, NodeId peer, CertifiedKey shown) => _context.Read([new StoreQuery.FindKey(key), new StoreQuery.FindAttempts(key, shown.Record.Generation)], answers =>
    {
        if (((StoreAnswer.Key)answers[0]).Row is not { State: KeyState.Active } own || shown.Record.Generation <= own.Record.Generation || book.Claims.IsClaimed(key)
            || Verify(own, shown) is not { } order)
            return;
        // What this node has signed ABORT of it does not take up: the others are ordered back, or this node's share is recovered (spec §10 "Attempts").
        if (((StoreAnswer.Attempts)answers[1]).Rows.Any(attempt => attempt.Order == order.Hash && attempt.State == MaintenanceState.Aborted))
            return;
        if (shown.Record.Find(_context.Self) is null)
        {
            // An old party outside the session: whoever knows the generation teaches all of it, and the old share goes with it.
            _context.Call(peer, new PeerCall.AskTeaching(order.Hash), static (_, _) => { }, static _ => { });
            return;
        }
        if (book.Pending(key) is not { } pending)
            Learn(own, shown, order);
        else if (pending.Hash != order.Hash)
            GiveWay(pending); // learned when the generation is met again
    }, static _ => { });

    /// <summary>An attempt that is PENDING here, and another one at the same generation that is certified: the administrators' order for that one abandons this.</summary>
    private static void GiveWay(MaintenanceOrder pending) => pending.SeekCertificate(() => pending.AbandonByOrder("another attempt at the same generation has its certificate"));

    /// <summary>The order that made the shown generation, signed by our administrators, and everybody's ACK over this very record.</summary>
    private MaintenanceCase? Verify(KeyRow own, CertifiedKey shown)
    {
        var record = shown.Record;
        if (shown.Order is not { } signed || !rooms.Orders.TryAuthenticateEver(signed, out var authenticated, out _)
            || !MaintenanceCase.TryCreate(_context, authenticated, begins: false, out var order, out _) || order.IsRecovery
            || !CommitCertificate.TryDecode(shown.Certificate.Span, out var certificate) || certificate.OrderHash != order.Hash || certificate.OldRoot != order.Terms.OldRoot)
            return null;
        var ordered = order.Terms.Keys.FirstOrDefault(key => key.Key == record.KeyId);
        return ordered is not null && order.Makes(ordered) == record.Generation && record.Suite == own.Record.Suite
            && record.PublicKey.Span.SequenceEqual(own.Record.PublicKey.Span) && record.ChainCode == own.Record.ChainCode
            && record.Threshold == order.Terms.NewThreshold && record.Parties.Select(party => (party.Pid, party.Nid)).SequenceEqual(order.Terms.NewParties)
            && shown.Dealers.SequenceEqual(order.RecordedDealers)
            && CertifiedKeys.Holds(certificate, record, _context.Members, shown.Dealers)
            ? order
            : null;
    }

    /// <summary>This node is a party of a generation whose share it does not have: durable, visible, and from here on it refuses to sign until the share is recovered.</summary>
    private void Learn(KeyRow own, CertifiedKey shown, MaintenanceCase order)
    {
        var record = shown.Record;
        if (!CommitCertificate.TryDecode(shown.Certificate.Span, out var certificate))
            return;
        var row = own with
        {
            Record = record, RecordHash = KeyRecordHash.Compute(record), Order = order.Hash, Index = certificate.Index, State = KeyState.Active, Attempt = order.Action.Attempt,
            Instance = _context.Setup.Instance, Certificate = shown.Certificate, CreatedAt = _context.Now.Wall, Dealers = shown.Dealers, HasShare = false,
        };
        if (!book.Claims.TryClaim(order, out _))
            return;
        var why = $"held is generation {own.Record.Generation}, in use is generation {record.Generation}";
        _context.Commit(new Batch().Write(new StoreWrite.LearnKeys([row])).Log(AuditKind.ShareBehind, order.Order.BodyHash, record.KeyId, Journal.Text(why)), () =>
        {
            book.Claims.Release(order);
            _context.Observe(new Observation.ShareBehind(record.KeyId, own.Record.Generation, record.Generation));
            GenerationSwitch.Learned(rooms, [(record.KeyId, own.Record.Generation)]);
        });
    }
}
