using MpcSigner.Core.Identities;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Resharing;

/// <summary>Runs a refresh, reshare or recovery of all members in memory, in a random order of arrival drawn from a seed, and keeps every member's end.</summary>
internal sealed class MaintenanceRun : IDisposable
{
    private readonly Arrivals _wire;
    private readonly Dictionary<PartyId, MaintenanceParty> _parties = [];
    private readonly bool _isSplit;

    /// <param name="world">Identities of all members.</param>
    /// <param name="keys">What is held before.</param>
    /// <param name="network">What becomes of a message: itself, nothing, another, several.</param>
    /// <param name="inputOf">Another START for a member, as a splitting initiator would send it.</param>
    /// <param name="keysOf">The keys that this other START is about.</param>
    public MaintenanceRun(
        Committee world, KeyBatch keys, MaintenanceTerms terms, string order = "order", Func<Travelling, IEnumerable<Travelling>>? network = null,
        Func<PartyId, MaintenanceInput>? inputOf = null, PartyId? rushing = null, Func<PartyId, KeyBatch>? keysOf = null)
    {
        _isSplit = inputOf is not null;
        _wire = new(order, network, rushing);
        Input = InputOf(terms, world);
        foreach (var (pid, nid) in terms.Members)
        {
            var (input, own) = (inputOf?.Invoke(pid) ?? Input, keysOf?.Invoke(pid) ?? keys);
            var isDealer = input.Terms.IsDealer(pid);
            var hasRecords = isDealer || (terms.Protocol == ProtocolKind.Reshare && own.Shares.ContainsKey(pid)); // a newcomer and who lost its shares have none
            var begun = new MaintenanceSession(
                input, nid, hasRecords ? own.Records : null, isDealer ? KeyBatch.Copy(own.Shares[pid]) : null,
                world.Identity(pid), world.Identities, new DeterministicRandom(world.Seed, $"maintenance/{pid}"));
            _parties.Add(pid, MaintenanceParty.Begin(begun, out var outbox));
            _wire.Post(pid, outbox);
        }
        _wire.Run(Deliver);
    }

    public MaintenanceInput Input { get; }

    public Dictionary<PartyId, MaintenanceResult> Results { get; } = [];

    public Dictionary<PartyId, ProtocolFault> Faults { get; } = [];

    /// <summary>Everything sent, in order of sending, before the network touched it.</summary>
    public List<Travelling> Sent => _wire.Sent;

    public IReadOnlyDictionary<PartyId, MaintenanceParty> Parties => _parties;

    public static MaintenanceInput InputOf(MaintenanceTerms terms, Committee world, byte session = 1)
    {
        var sid = new byte[32];
        sid[31] = session;
        return MaintenanceInput.Create(terms, world.Nid(terms.Members[0].Pid), new(sid));
    }

    private void Deliver(Travelling message)
    {
        if (_isSplit && !_parties.ContainsKey(message.To))
            return; // a member of the other START alone
        switch (_parties[message.To].Receive(message.From, message.Round, new PayloadBuffer(message.Payload)))
        {
            case MaintenanceStep.Wait:
                break;
            case MaintenanceStep.Send send:
                Assert.NotEmpty(send.Outbox.Messages);
                _wire.Post(message.To, send.Outbox);
                break;
            case MaintenanceStep.Complete complete:
                Results.Add(message.To, complete.Result);
                _wire.Post(message.To, complete.Outbox);
                break;
            case MaintenanceStep.Abort abort:
                Faults.Add(message.To, abort.Fault);
                _wire.Post(message.To, abort.Outbox);
                break;
        }
    }

    public void Dispose()
    {
        foreach (var result in Results.Values)
            result.Dispose();
        foreach (var party in _parties.Values)
            party.Dispose();
    }
}
