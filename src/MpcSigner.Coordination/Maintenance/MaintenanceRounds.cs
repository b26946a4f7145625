using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>Whom a member's rounds report to.</summary>
internal interface IRoundsOwner
{
    /// <summary>Whether what was computed may still leave: not once the order is abandoned.</summary>
    bool MayLeave { get; }

    void Leave(Outbox outbox);

    /// <summary>The protocol is over; the last message has left. The result is the owner's.</summary>
    void Computed(MaintenanceResult result);

    /// <summary>Told also once the rounds were given up: the verdict was reached, and whoever cheats may well be the first to end the session.</summary>
    /// <param name="records">The present records as far as the session knows them: what evidence is judged by.</param>
    void Broken(ProtocolFault fault, IReadOnlyList<KeyRecord>? records);

    /// <summary>Locked memory ran out.</summary>
    void Short(string why);

    void Progress(int round);
}

/// <summary>One member's rounds of a refresh, reshare or recovery, computed off the machine's thread, step by step (spec §10).</summary>
internal sealed class MaintenanceRounds : IDisposable
{
    private readonly Func<MaintenanceSession> _open;
    private readonly IRoundsOwner _owner;
    private readonly StepQueue<MaintenanceStep> _steps;
    private MaintenanceSession? _session;
    private MaintenanceParty? _party;
    private bool _over;

    /// <param name="open">Makes the session, which is owned here: reading 1,000 records takes its time too.</param>
    public MaintenanceRounds(MachineContext context, Func<MaintenanceSession> open, IRoundsOwner owner)
    {
        (_open, _owner) = (open, owner);
        _steps = new(context, OnStep, why =>
        {
            if (!_over)
                owner.Short(why);
        });
    }

    /// <summary>The order is durable: round 1.</summary>
    /// <param name="shares">What opening the session takes over; wiped here if it never comes to that.</param>
    public void Begin(IDisposable? shares) => _steps.Add(() =>
    {
        _session = _open();
        _party = MaintenanceParty.Begin(_session, out var outbox);
        return new MaintenanceStep.Send(outbox);
    }, shares);

    /// <summary>A message of another member; its payload is the rounds' from here on.</summary>
    public void Received(OpenedMessage message)
    {
        if (_over)
        {
            message.Dispose();
            return;
        }
        var (from, round, payload) = (new Core.Identities.PartyId(message.From), message.Round, message.Payload);
        _steps.Add(() =>
        {
            if (_party is { } party)
                return party.Receive(from, round, payload);
            payload.Dispose();
            return new MaintenanceStep.Wait();
        }, payload);
    }

    private void OnStep(MaintenanceStep step)
    {
        var mayLeave = !_over && _owner.MayLeave;
        switch (step)
        {
            case MaintenanceStep.Send send when mayLeave:
                _owner.Leave(send.Outbox);
                _owner.Progress(_party?.Round ?? 1);
                break;
            case MaintenanceStep.Send send:
                send.Outbox.Dispose(); // no share leaves a run that ends
                break;
            case MaintenanceStep.Complete complete when mayLeave:
                _owner.Leave(complete.Outbox);
                _owner.Computed(complete.Result);
                break;
            case MaintenanceStep.Complete complete:
                complete.Outbox.Dispose();
                complete.Result.Dispose();
                break;
            case MaintenanceStep.Abort abort:
                if (mayLeave)
                    _owner.Leave(abort.Outbox);
                else
                    abort.Outbox.Dispose();
                _owner.Broken(abort.Fault, _session?.Records);
                break;
            case MaintenanceStep.Wait:
                break;
        }
    }

    public void Dispose()
    {
        if (_over)
            return;
        _over = true;
        _steps.Stop(() =>
        {
            _party?.Dispose();
            _session?.Dispose();
        });
    }
}
