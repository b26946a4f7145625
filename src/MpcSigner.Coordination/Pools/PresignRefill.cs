using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Pools;

/// <summary>A presign session with the co-signers of a shelf, at its initiator: pair setups first, then two rounds, then everybody's READY (spec §12).</summary>
internal sealed class PresignRefill : IRefill, ISessionOwner, IPresignOwner
{
    /// <summary>Of the life so much is not used: a question takes its time.</summary>
    private const int UnusedPart = 8;

    private readonly Rooms _rooms;
    private readonly Shelf _shelf;
    private readonly IReadOnlyList<SessionId> _kept;
    private readonly bool _inLine;
    private readonly int _count;
    private readonly TimeSpan _begun;
    private readonly Dictionary<NodeId, byte[]> _ready = [];
    private InitiatorSession? _session;
    private SecretScalar? _share;
    private PresignRun? _run;
    private PresignResult? _made;
    private Token? _deadline;
    private bool _over;

    public PresignRefill(Rooms rooms, Shelf shelf, IReadOnlyList<SessionId> kept, bool inLine, int count)
    {
        (_rooms, _shelf, _kept, _inLine) = (rooms, shelf, kept, inLine);
        _count = Math.Min(count, PoolSettings.MaxPresignBatch);
        _begun = rooms.Context.Now.Elapsed;
    }

    private MachineContext Context => _rooms.Context;

    private IEnumerable<NodeId> Members => _shelf.Members.Select(member => member.Nid);

    public void Begin()
    {
        _deadline = Context.StartTimer(Context.Settings.Pools.PresignDeadline, () =>
        {
            _deadline = null;
            Failed([.. Members.Where(nid => !_ready.ContainsKey(nid)).Select(nid => Because(nid, Reason.DeadlineExceeded, "it did not presign in time"))]);
        });
        _rooms.Pairs.Ensure([.. Members], OnPairs, Failed);
    }

    public void Opened()
    {
        var record = _shelf.Key.Record;
        PresignSigner[] signers =
        [
            .. _shelf.Members.Select(member => new PresignSigner(member.Pid, member.Nid, _session!.InstanceOf(member.Nid)))
                .Append(new(record.Parties.First(party => party.Nid == Context.Self).Pid, Context.Self, Context.Setup.Instance))
                .OrderBy(signer => signer.Pid),
        ];
        Dictionary<NodeId, PairSetup> setups = [];
        foreach (var nid in Members)
        {
            if (_rooms.Pairs.Find(nid) is { } setup && setup.Nodes.PeerInstance == _session!.InstanceOf(nid))
                setups.Add(nid, setup);
            else
            {
                // Unless its setup has died this moment: that shows once it is durable.
                _rooms.Pairs.Verdicts.WhenRecorded(Members, () => Failed([Because(nid, Reason.NotReady, "its process is not the one of the pair setup")]));
                return;
            }
        }
        if (!PresignInput.TryCreate(record, signers, Context.Self, Context.Setup.Instance, _session!.Terms.Session, _count, out var input, out var fault))
            throw new InvalidOperationException($"our own presign session is not in order: {fault}");
        var start = new PresignStart(record.KeyId, _inLine, _kept, input.Encode()).Encode();
        foreach (var member in _shelf.Members)
            _session.Send(MessageType.Start, 0, member.Pid, start);
        var share = _share!;
        _share = null;
        _run = new(_rooms, input, share, setups, _session, this);
    }

    public void Received(OpenedMessage message)
    {
        if (message.Type == MessageType.Round && _run is { } run)
        {
            run.Received(message);
            return;
        }
        using (message)
        {
            if (!_over && message.Type == MessageType.Ready && _ready.TryAdd(message.Sender, message.Payload.Span.ToArray()))
                Finish();
        }
    }

    public void Made(PresignResult result)
    {
        _made = result;
        Finish();
    }

    public void Failed(IReadOnlyList<NodeReason> failed)
    {
        if (_over)
            return;
        End();
        _session?.End(new(Reason.Cancelled, "The coordinator gave the session up.", "Nothing is to be done."));
        _shelf.NotMade(failed.Count > 0 ? failed : [.. Members.Select(nid => Because(nid, Reason.NotReady, "the session ended without a verdict"))]);
    }

    public void GiveUp(Reason reason, string why) => Failed([.. Members.Select(nid => Because(nid, reason, why))]);

    public void Refused(NodeId participant, ServiceError error) => Failed([Because(participant, error.Reason, error.Message)]);

    public void Lost(NodeId participant, string why) => Failed([Because(participant, Reason.TooFewNodes, why)]);

    private void OnPairs()
    {
        if (_over)
            return;
        var record = _shelf.Key.Record;
        if (_shelf.IsRetired)
        {
            Failed([Because(Context.Self, Reason.WrongGeneration, "another generation of the key has come into use")]);
            return;
        }
        Context.LoadShare(record.KeyId, record.Generation,
            share =>
            {
                if (_over)
                {
                    share.Dispose();
                    return;
                }
                _share = share;
                var self = record.Parties.First(party => party.Nid == Context.Self);
                _session = _rooms.Sessions.Open(this, ProtocolKind.Presign, record.Suite, _shelf.Key.RecordHash,
                    [.. _shelf.Members.Append(self).OrderBy(party => party.Pid).Select(party => (party.Pid, party.Nid))]);
                _session.Open();
            },
            trouble => Failed([Because(Context.Self, trouble.Reason, trouble.Why)]));
    }

    /// <summary>All signers name the same presignatures; else some pk_j was equivocated, nobody is blamed, and none is kept (spec §12, Ready).</summary>
    private void Finish()
    {
        if (_over || _made is not { } made || _ready.Count < _shelf.Members.Count)
            return;
        var own = made.EncodeReady();
        if (_ready.Values.Any(ready => !ready.AsSpan().SequenceEqual(own)))
        {
            Failed([]);
            return;
        }
        _made = null;
        var instances = Members.ToDictionary(nid => nid, nid => _session!.InstanceOf(nid));
        var life = Context.Settings.Pools.Life;
        End();
        _shelf.Made(new(_shelf, new(_session!.TakeChannel()), instances,
            made.Presignatures.Select(presignature => new Material.Presigned(presignature)), _begun + life - life / UnusedPart));
    }

    private NodeReason Because(NodeId nid, Reason reason, string message) => new(nid, Context.NameOf(nid), reason, message);

    private void End()
    {
        _over = true;
        Context.StopTimer(ref _deadline);
        _run?.Dispose();
        _share?.Dispose();
        foreach (var presignature in _made?.Presignatures ?? [])
            presignature.Dispose();
    }

    public void Dispose()
    {
        End();
        _session?.Dispose();
    }
}
