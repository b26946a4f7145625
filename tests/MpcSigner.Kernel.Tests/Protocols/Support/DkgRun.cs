using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Support;

/// <summary>Runs a key generation of all parties in memory, in a random order of arrival drawn from a seed, and keeps every party's end.</summary>
internal sealed class DkgRun : IDisposable
{
    private readonly Arrivals _wire;
    private readonly Dictionary<PartyId, DkgParty> _parties = [];

    /// <param name="network">What becomes of a message: itself, nothing, another, several.</param>
    /// <param name="inputOf">Another START for a party, as a splitting initiator would send it.</param>
    /// <param name="randomOf">What a party draws from instead of its own.</param>
    /// <param name="rushing">A party that hears everything before it speaks: what is for it is delivered last.</param>
    public DkgRun(
        Committee committee, DkgInput input, string order = "order", Func<Travelling, IEnumerable<Travelling>>? network = null,
        Func<PartyId, DkgInput>? inputOf = null, PartyId? rushing = null, Func<PartyId, IRandomSource?>? randomOf = null)
    {
        _wire = new(order, network, rushing);
        foreach (var pid in committee.Pids)
        {
            _parties.Add(pid, DkgParty.Begin(committee.Session(inputOf?.Invoke(pid) ?? input, pid, random: randomOf?.Invoke(pid)), out var outbox));
            _wire.Post(pid, outbox);
        }
        _wire.Run(Deliver);
    }

    public Dictionary<PartyId, DkgResult> Results { get; } = [];

    public Dictionary<PartyId, ProtocolFault> Faults { get; } = [];

    /// <summary>Everything sent, in order of sending, before the network touched it.</summary>
    public List<Travelling> Sent => _wire.Sent;

    public IReadOnlyDictionary<PartyId, DkgParty> Parties => _parties;

    private void Deliver(Travelling message)
    {
        switch (_parties[message.To].Receive(message.From, message.Round, new PayloadBuffer(message.Payload)))
        {
            case DkgStep.Wait:
                break;
            case DkgStep.Send send:
                _wire.Post(message.To, send.Outbox);
                break;
            case DkgStep.Complete complete:
                Results.Add(message.To, complete.Result);
                _wire.Post(message.To, complete.Outbox);
                break;
            case DkgStep.Abort abort:
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
