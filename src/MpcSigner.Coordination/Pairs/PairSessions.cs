using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Pairs;

/// <summary>A pair setup's session at the node that opens it.</summary>
internal sealed class PairOpener : ISessionOwner
{
    private readonly Rooms _rooms;
    private readonly PairEntry _entry;
    private readonly InitiatorSession _session;
    private Token? _deadline;
    private PairRun? _run;
    private bool _over;

    public PairOpener(Rooms rooms, PairEntry entry)
    {
        _rooms = rooms;
        _entry = entry;
        NodeId[] pair = [.. new[] { rooms.Context.Self, entry.Peer }.Order()];
        // Numbers for the stream only: envelopes of a pair setup bear 0 (spec §4.2).
        _session = rooms.Sessions.Open(this, ProtocolKind.PairSetup, Suite.None, default, [(new(1), pair[0]), (new(2), pair[1])]);
    }

    public void Begin()
    {
        _deadline = _rooms.Context.StartTimer(_rooms.Context.Settings.Pairs.Deadline, () =>
        {
            _deadline = null;
            Lost(_entry.Peer, "it took too long");
        });
        _session.Open();
    }

    public void Opened() => _run = _rooms.Pairs.BeginRun(_entry.Peer, _session.InstanceOf(_entry.Peer), _session, _ => End());

    public void Received(OpenedMessage message)
    {
        if (_run is { } run)
            run.Received(message);
        else
            message.Dispose();
    }

    public void Refused(NodeId participant, ServiceError error)
    {
        if (error.Reason == Reason.Cancelled && _run is null)
            End(); // two crossed, and the peer's own is on its way: whoever waits, waits for that
        else
            Lost(participant, error.Message);
    }

    public void Lost(NodeId participant, string why)
    {
        if (_over)
            return;
        if (_run is { } run)
            run.LinkLost();
        else
        {
            End();
            _rooms.Pairs.NeverBegan(_entry, why);
        }
    }

    /// <summary>The peer's own session survives (spec §5).</summary>
    public void Abandon() => End();

    /// <summary>The run has ended, well or not: the session with it. The peer is told no reason (C7).</summary>
    private void End()
    {
        if (_over)
            return;
        _over = true;
        if (_entry.Opener == this)
            _entry.Opener = null;
        _rooms.Context.StopTimer(ref _deadline);
        _session.End();
    }
}

/// <summary>A pair setup's session at the node that answers. Its run is the pair book's: it may complete after the stream has ended.</summary>
internal sealed class PairAnswerer(Rooms rooms, ParticipantSession session) : IParticipant
{
    private readonly EarlyMessages _early = new(PairSetupParty.Messages);
    private PairRun? _run;
    private bool _over;

    /// <remarks>Where a verdict on the former setup is being recorded, it answers once that is durable: a refusal, or its haste, would tell it (C3). A stream that ends well is the opener's to end, when it too has all it needs.</remarks>
    public void Begin() => rooms.Pairs.Verdicts.WhenRecorded([session.Initiator], () =>
    {
        if (_over)
            return;
        if (rooms.Pairs.Answer(session.Initiator) is { } refusal)
        {
            _over = true;
            session.Refuse(refusal);
            return;
        }
        var run = _run = rooms.Pairs.BeginRun(session.Initiator, session.InitiatorInstance, session, made =>
        {
            if (!made)
                session.Refuse(new(Reason.Cancelled, "The pair setup was aborted.", "Try again."));
        });
        _early.HandOn(run.Received);
    });

    /// <summary>What comes before the run has begun waits for it; the opener has M0 to say and no more.</summary>
    public void Received(OpenedMessage message)
    {
        if (_run is { } run)
            run.Received(message);
        else
            _early.Keep(message);
    }

    public void Ended(string why) => _run?.LinkLost();

    public void Dispose()
    {
        _over = true;
        _early.Dispose();
    }
}
