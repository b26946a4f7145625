using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Support;

/// <summary>One message under way between two parties, in the clear, as a test may see and change it.</summary>
internal sealed record Travelling(PartyId From, PartyId To, byte Round, byte[] Payload);

/// <summary>Runs a key generation of all parties in memory, in a random order of arrival drawn from a seed, and keeps every party's end.</summary>
internal sealed class DkgRun : IDisposable
{
    private readonly List<Travelling> _travelling = [];
    private readonly Dictionary<PartyId, DkgParty> _parties = [];
    private readonly DeterministicRandom _order;
    private readonly Func<Travelling, IEnumerable<Travelling>> _network;

    /// <param name="network">What becomes of a message: itself, nothing, another, several.</param>
    /// <param name="inputOf">Another START for a party, as a splitting initiator would send it.</param>
    /// <param name="rushing">A party that hears everything before it speaks: what is for it is delivered last.</param>
    public DkgRun(
        Committee committee, DkgInput input, string order = "order", Func<Travelling, IEnumerable<Travelling>>? network = null,
        Func<PartyId, DkgInput>? inputOf = null, PartyId? rushing = null)
    {
        _order = new(order, "arrival");
        _network = network ?? (message => [message]);
        foreach (var pid in committee.Pids)
        {
            _parties.Add(pid, DkgParty.Begin(committee.Session(inputOf?.Invoke(pid) ?? input, pid), out var outbox));
            Post(pid, outbox);
        }
        while (_travelling.Count > 0)
        {
            var deliverable = _travelling.FindAll(candidate => candidate.To != rushing);
            var choice = deliverable.Count > 0 ? deliverable : _travelling;
            var drawn = choice[_order.Next(choice.Count)];
            var message = _travelling.First(candidate => candidate.From == drawn.From && candidate.To == drawn.To); // the channel keeps a pair's order
            Assert.True(_travelling.Remove(message));
            Deliver(message);
        }
    }

    public Dictionary<PartyId, DkgResult> Results { get; } = [];

    public Dictionary<PartyId, ProtocolFault> Faults { get; } = [];

    /// <summary>Everything sent, in order of sending, before the network touched it.</summary>
    public List<Travelling> Sent { get; } = [];

    public IReadOnlyDictionary<PartyId, DkgParty> Parties => _parties;

    private void Post(PartyId from, Outbox outbox)
    {
        using (outbox)
        {
            foreach (var message in outbox.Messages)
            {
                var travelling = new Travelling(from, message.To, message.Round, message.Payload.Span.ToArray());
                Sent.Add(travelling);
                _travelling.AddRange(_network(travelling));
            }
        }
    }

    private void Deliver(Travelling message)
    {
        switch (_parties[message.To].Receive(message.From, message.Round, new PayloadBuffer(message.Payload)))
        {
            case DkgStep.Wait:
                break;
            case DkgStep.Send send:
                Post(message.To, send.Outbox);
                break;
            case DkgStep.Complete complete:
                Results.Add(message.To, complete.Result);
                Post(message.To, complete.Outbox);
                break;
            case DkgStep.Abort abort:
                Faults.Add(message.To, abort.Fault);
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
