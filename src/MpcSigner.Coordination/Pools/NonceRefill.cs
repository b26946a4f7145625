using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Pools;

/// <summary>A FROST session with one co-signer that brings nonce commitments and leaves its keys for the questions (spec §19.2, §4.10).</summary>
internal sealed class NonceRefill : IRefill, ISessionOwner
{
    /// <summary>Of the stated life so much is not used: the co-signer's clock began earlier, and a question takes its time.</summary>
    private const int UnusedPart = 8;

    private readonly Rooms _rooms;
    private readonly Shelf _shelf;
    private readonly KeyParty _signer;
    private readonly NonceStart _start;
    private readonly InitiatorSession _session;
    private readonly TimeSpan _begun;
    private Token? _deadline;
    private bool _over;

    /// <param name="kept">Sessions of the shelf that still count.</param>
    public NonceRefill(Rooms rooms, Shelf shelf, IReadOnlyList<SessionId> kept, bool inLine, int count)
    {
        _rooms = rooms;
        _shelf = shelf;
        _signer = shelf.Members.Single();
        _start = new(shelf.Key.Record.KeyId, inLine, count, kept);
        _begun = rooms.Context.Now.Elapsed;
        var self = shelf.Key.Record.Parties.First(party => party.Nid == rooms.Context.Self);
        _session = rooms.Sessions.Open(this, ProtocolKind.Frost, shelf.Key.Record.Suite, shelf.Key.RecordHash,
            [.. new[] { self, _signer }.OrderBy(party => party.Pid).Select(party => (party.Pid, party.Nid))]);
    }

    public void Begin()
    {
        _deadline = _rooms.Context.StartTimer(_rooms.Context.Settings.SigningAttempt, () =>
        {
            _deadline = null;
            Fail(Reason.DeadlineExceeded, "it did not make nonces in time");
        });
        _session.Open();
    }

    public void Opened() => _session.Send(MessageType.Start, 0, _signer.Pid, _start.Encode());

    public void Received(OpenedMessage message)
    {
        using (message)
        {
            if (_over || message.Type != MessageType.FrostCommitment)
                return;
            var record = _shelf.Key.Record;
            if (!NonceReply.TryDecode(Groups.For(record.Suite.Curve()), _signer.Pid, _start.Count, message.Payload.Span, out var reply))
            {
                PeerFaults.Record(_rooms, _signer.Nid, new(ProtocolKind.Frost, message.Type, 0), FaultKind.MalformedMessage, _signer.Pid, message.Payload.Span, default, record.KeyId);
                Fail(Reason.PeerFault, "its nonce commitments are malformed");
                return;
            }
            var life = _rooms.Context.Settings.Pools.Life < reply.Life ? _rooms.Context.Settings.Pools.Life : reply.Life;
            var instances = new Dictionary<NodeId, InstanceId> { [_signer.Nid] = _session.InstanceOf(_signer.Nid) };
            End();
            _shelf.Made(new(_shelf, new(_session.TakeChannel()), instances,
                reply.Commitments.Select(commitment => new Material.Commitment(commitment)), _begun + life - life / UnusedPart));
        }
    }

    public void Refused(NodeId participant, ServiceError error) => Fail(error.Reason, error.Message);

    public void Lost(NodeId participant, string why) => Fail(Reason.TooFewNodes, why);

    public void GiveUp(Reason reason, string why) => Fail(reason, why);

    private void Fail(Reason reason, string message)
    {
        if (_over)
            return;
        End();
        _session.End(new(Reason.Cancelled, "The coordinator gave the session up.", "Nothing is to be done."));
        _shelf.NotMade([new(_signer.Nid, _rooms.Context.NameOf(_signer.Nid), reason, message)]);
    }

    private void End()
    {
        _over = true;
        _rooms.Context.StopTimer(ref _deadline);
    }

    public void Dispose()
    {
        End();
        _session.Dispose();
    }
}
