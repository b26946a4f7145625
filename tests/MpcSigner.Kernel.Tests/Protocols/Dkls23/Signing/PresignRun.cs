using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Signing;

/// <summary>Runs a presign session of all its signers in memory, in a random order of arrival drawn from a seed, and keeps every party's end.</summary>
internal sealed class PresignRun : IDisposable
{
    private readonly List<Travelling> _travelling = [];
    private readonly Dictionary<PartyId, PresignParty> _parties = [];
    private readonly DeterministicRandom _order;
    private readonly Func<Travelling, IEnumerable<Travelling>> _network;

    /// <param name="network">What becomes of a message: itself, nothing, another, several.</param>
    /// <param name="inputOf">Another START for a party, as a splitting initiator would send it.</param>
    /// <param name="randomOf">What a party draws from instead of its own.</param>
    public PresignRun(
        PresignCommittee committee, PresignInput input, string order = "order", Func<Travelling, IEnumerable<Travelling>>? network = null,
        Func<PartyId, PresignInput>? inputOf = null, Func<PartyId, IRandomSource?>? randomOf = null)
    {
        _order = new(order, "arrival");
        _network = network ?? (message => [message]);
        foreach (var signer in input.Signers)
        {
            if (!PresignParty.TryBegin(committee.Session(inputOf?.Invoke(signer.Pid) ?? input, signer.Pid, random: randomOf?.Invoke(signer.Pid)), out var party, out var outbox))
            {
                Unbegun.Add(signer.Pid);
                continue;
            }
            _parties.Add(signer.Pid, party);
            Post(signer.Pid, outbox);
        }
        while (_travelling.Count > 0)
        {
            var drawn = _travelling[_order.Next(_travelling.Count)];
            var message = _travelling.First(candidate => candidate.From == drawn.From && candidate.To == drawn.To); // the channel keeps a pair's order
            _travelling.Remove(message);
            Deliver(message);
        }
    }

    public Dictionary<PartyId, PresignResult> Results { get; } = [];

    public Dictionary<PartyId, ProtocolFault> Faults { get; } = [];

    public Dictionary<PartyId, IReadOnlyList<PairSetup>> Condemned { get; } = [];

    /// <summary>Who could not begin for want of an active setup.</summary>
    public List<PartyId> Unbegun { get; } = [];

    /// <summary>Everything sent, in order of sending, before the network touched it.</summary>
    public List<Travelling> Sent { get; } = [];

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
        if (!_parties.TryGetValue(message.To, out var party))
            return;
        switch (party.Receive(message.From, message.Round, new PayloadBuffer(message.Payload)))
        {
            case PresignStep.Wait:
                break;
            case PresignStep.Send send:
                Post(message.To, send.Outbox);
                break;
            case PresignStep.Complete complete:
                Results.Add(message.To, complete.Result);
                Post(message.To, complete.Outbox);
                break;
            case PresignStep.Abort abort:
                Faults.Add(message.To, abort.Fault);
                Condemned.Add(message.To, abort.Condemned);
                break;
        }
    }

    public void Dispose()
    {
        foreach (var presignature in Results.Values.SelectMany(result => result.Presignatures))
            presignature.Dispose();
        foreach (var party in _parties.Values)
            party.Dispose();
    }
}
