using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Pairs;

/// <summary>Whom a run reports to.</summary>
internal interface IPairRunOwner
{
    /// <summary>Both directions are confirmed; the setup is the owner's.</summary>
    void Made(PairRun run, PairSetup setup);

    /// <summary>Nothing came of it.</summary>
    /// <param name="fault">What the peer did, if that is why.</param>
    void Failed(PairRun run, ProtocolFault? fault, string why);

    /// <summary>A verdict of a run that is over already: whoever cheats may well be the first to open another setup in this one's place.</summary>
    void FailedLate(PairRun run, ProtocolFault fault);

    /// <summary>Makes durable what must be so before the next message leaves (spec §5, C13).</summary>
    void MakeDurable(PairRun run, PairEpochs? epochs, bool countsSetup, Action durable);
}

/// <summary>One side of a pair setup, at its opener and at its answerer alike: M0 to M4 as they come, computed off the machine's thread.</summary>
internal sealed class PairRun : IDisposable
{
    private readonly IPairRunOwner _owner;
    private readonly ISessionLink _link;
    private readonly StepQueue<PairSetupStep> _steps;
    private readonly PairSetupParty _party;
    private readonly Queue<(Outbox Outbox, PairSetup? Made)> _leaving = new();
    private bool _linkLost;
    private bool _over;

    /// <summary>Begins the run: the older setup is retired and M0 sent.</summary>
    public PairRun(MachineContext context, NodeId peer, PairSetupSession session, ISessionLink link, IPairRunOwner owner)
    {
        Peer = peer;
        _owner = owner;
        _link = link;
        _steps = new(context, OnStep, why => Fail(null, $"this node is short of locked memory: {why}"));
        _party = PairSetupParty.Begin(session, out var outbox);
        _link.Send(outbox);
    }

    public NodeId Peer { get; }

    /// <summary>A message from the peer; its payload is the run's from here on.</summary>
    public void Received(OpenedMessage message)
    {
        if (_over || message.Type != MessageType.Round)
        {
            message.Dispose();
            return;
        }
        var (round, payload) = (message.Round, message.Payload);
        _steps.Add(() => _party.Receive(round, payload), payload);
    }

    /// <summary>The session has ended. What has come may still complete the run: an opener ends it when it has all that it needs itself.</summary>
    public void LinkLost()
    {
        _linkLost = true;
        if (IsIdle)
            Fail(null, "the session ended before the setup was confirmed");
    }

    private void OnStep(PairSetupStep step)
    {
        switch (step)
        {
            case PairSetupStep.Send send when _over:
                send.Outbox.Dispose();
                break;
            case PairSetupStep.Send send:
                Leave(send.Outbox, send.First, null);
                break;
            case PairSetupStep.Complete complete when _over:
                complete.Outbox.Dispose();
                complete.Setup.Dispose();
                break;
            case PairSetupStep.Complete complete:
                Leave(complete.Outbox, complete.First, complete.Setup);
                break;
            case PairSetupStep.Abort abort when !_over:
                Fail(abort.Fault, abort.Fault.ToString());
                break;
            case PairSetupStep.Abort { Fault.Accusations.Count: > 0 } late:
                _owner.FailedLate(this, late.Fault);
                break;
        }
        if (_linkLost && !_over && IsIdle)
            LinkLost();
    }

    private bool IsIdle => _steps.IsIdle && _leaving.Count == 0;

    /// <summary>What leaves, leaves in order: nothing overtakes a message that still waits for its row to be durable, the finished setup neither.</summary>
    private void Leave(Outbox outbox, DurableFirst first, PairSetup? made)
    {
        _leaving.Enqueue((outbox, made));
        Action next = LeaveNext;
        if (first == DurableFirst.Nothing && _leaving.Count == 1)
            next();
        else if (first == DurableFirst.Nothing)
            _owner.MakeDurable(this, null, countsSetup: false, next); // commits become durable in their order
        else
            _owner.MakeDurable(this, first.HasFlag(DurableFirst.Epochs) ? _party.Epochs : null, first.HasFlag(DurableFirst.SetupCount), next);
    }

    private void LeaveNext()
    {
        var (outbox, made) = _leaving.Dequeue();
        if (_over)
        {
            outbox.Dispose();
            made?.Dispose();
            return;
        }
        _link.Send(outbox);
        if (made is null)
        {
            if (_linkLost && IsIdle)
                LinkLost();
            return;
        }
        Dispose();
        _owner.Made(this, made);
    }

    private void Fail(ProtocolFault? fault, string why)
    {
        if (_over)
            return;
        Dispose();
        _owner.Failed(this, fault, why);
    }

    public void Dispose()
    {
        if (_over)
            return;
        _over = true;
        _steps.Stop(_party.Dispose);
    }
}
