using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Pools;

/// <summary>Whom a run reports to.</summary>
internal interface IPresignOwner
{
    /// <summary>The presignatures are made and the owner's; our own last message has left.</summary>
    void Made(PresignResult result);

    /// <summary>Nothing came of it.</summary>
    /// <param name="failed">Those it failed for, where that can be said.</param>
    void Failed(IReadOnlyList<NodeReason> failed);
}

/// <summary>One signer's run of a presign session, at the initiator and at the others alike: two rounds, computed off the machine's thread (spec §12).</summary>
internal sealed class PresignRun : IDisposable
{
    private readonly Rooms _rooms;
    private readonly PresignSession _session;
    private readonly IReadOnlyList<PairSetup> _setups;
    private readonly ISessionLink _link;
    private readonly IPresignOwner _owner;
    private readonly SecretScalar _share;
    private readonly StepQueue<PresignStep> _steps;
    private PresignParty? _party;
    private bool _unusable;
    private bool _over;

    /// <param name="share">Owned from here on.</param>
    /// <param name="setups">One with each other signer.</param>
    public PresignRun(
        Rooms rooms, PresignInput input, SecretScalar share, IReadOnlyDictionary<NodeId, PairSetup> setups, ISessionLink link, IPresignOwner owner)
    {
        _rooms = rooms;
        _share = share;
        _setups = [.. setups.Values];
        _link = link;
        _owner = owner;
        _session = new(input, rooms.Context.Self, share, setups, rooms.Context.Setup.Random);
        _steps = new(rooms.Context, OnStep, why => Fail([Because(rooms.Context.Self, Reason.Overloaded, $"it is short of locked memory: {why}")]));
        _steps.Add(Begin);
    }

    /// <summary>A message of another signer; its payload is the run's from here on.</summary>
    public void Received(OpenedMessage message)
    {
        if (_over || message.Type != MessageType.Round || message.From == 0)
        {
            message.Dispose();
            return;
        }
        var (from, round, payload) = (new PartyId(message.From), message.Round, message.Payload);
        _steps.Add(() =>
        {
            if (_party is { } party)
                return party.Receive(from, round, payload);
            payload.Dispose();
            return new PresignStep.Wait();
        }, payload);
    }

    private PresignStep Begin()
    {
        if (PresignParty.TryBegin(_session, out _party, out var outbox))
            return new PresignStep.Send(outbox);
        _unusable = true;
        return new PresignStep.Wait();
    }

    private void OnStep(PresignStep step)
    {
        switch (step)
        {
            case PresignStep.Wait when _unusable:
                FailUnusable();
                break;
            case PresignStep.Send send:
                if (MayLeave())
                    _link.Send(send.Outbox);
                else
                    send.Outbox.Dispose();
                break;
            case PresignStep.Complete complete:
                if (MayLeave())
                {
                    _link.Send(complete.Outbox);
                    Dispose();
                    _owner.Made(complete.Result);
                    break;
                }
                complete.Outbox.Dispose();
                foreach (var presignature in complete.Result.Presignatures)
                    presignature.Dispose();
                break;
            case PresignStep.Abort { Condemned.Count: > 0 } abort:
                // Whatever has become of the session: the verdict was reached, and stands on the disk, blame and all, before anything of it can be seen (C3).
                var blame = new Batch();
                foreach (var accusation in abort.Fault.Accusations)
                    PeerFaults.Log(blame, _rooms, NidOf(accusation.Culprit), abort.Fault, accusation.Culprit, default, _session.Input.Record.KeyId);
                _rooms.Pairs.Verdicts.Condemn(abort.Condemned, blame, () => OnAbort(abort.Fault, isLogged: true));
                break;
            case PresignStep.Abort abort:
                // Another session's verdict may be why: nothing of it shows before that is durable either.
                _rooms.Pairs.Verdicts.WhenDurable(abort.FoundDead, () => OnAbort(abort.Fault, isLogged: false));
                break;
        }
    }

    /// <summary>C4: what was computed over a setup that has died since, in whatever session, is discarded.</summary>
    private bool MayLeave()
    {
        if (_over)
            return false;
        if (_setups.All(setup => setup.State == PairSetupState.Active))
            return true;
        FailUnusable();
        return false;
    }

    private void FailUnusable()
    {
        PairSetup[] unusable = [.. _setups.Where(setup => setup.State != PairSetupState.Active)];
        _rooms.Pairs.Verdicts.WhenDurable([.. unusable.Where(setup => setup.State == PairSetupState.Dead)],
            () => Fail([.. unusable.Select(setup => Because(setup.Peer, Reason.NotReady, "the pair setup with it is no longer in use"))]));
    }

    private void OnAbort(ProtocolFault fault, bool isLogged)
    {
        List<NodeReason> failed = [];
        foreach (var accusation in fault.Accusations)
        {
            var nid = NidOf(accusation.Culprit);
            if (isLogged)
                PeerFaults.React(_rooms, nid, fault, accusation.Culprit);
            else
                PeerFaults.Record(_rooms, nid, fault, accusation.Culprit, default, _session.Input.Record.KeyId);
            failed.Add(Because(nid, Reason.PeerFault, accusation.Kind.ToString()));
        }
        // The two lost each other's setup: a new one is made, and nobody is blamed.
        if (fault.Kind is FaultKind.SetupIdMismatch or FaultKind.SetupUnusable)
        {
            foreach (var nid in fault.Differing.Select(NidOf))
            {
                _rooms.Pairs.Mismatched(nid);
                failed.Add(Because(nid, Reason.NotReady, fault.Kind.ToString()));
            }
        }
        Fail(failed);
    }

    private NodeId NidOf(PartyId pid) => _session.Input.Signers.First(signer => signer.Pid == pid).Nid;

    private NodeReason Because(NodeId nid, Reason reason, string message) => new(nid, _rooms.Context.NameOf(nid), reason, message);

    private void Fail(IReadOnlyList<NodeReason> failed)
    {
        if (_over)
            return;
        Dispose();
        _owner.Failed(failed);
    }

    public void Dispose()
    {
        if (_over)
            return;
        _over = true;
        _steps.Stop(() =>
        {
            _party?.Dispose();
            _share.Dispose();
        });
    }
}
