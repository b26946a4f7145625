using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Rounds;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Support;

/// <summary>One message under way between two parties, in the clear, as a test may see and change it.</summary>
internal sealed record Travelling(PartyId From, PartyId To, byte Round, byte[] Payload);

/// <summary>What is under way between the parties of a run; it arrives in a random order drawn from a seed, but in a pair's own order.</summary>
/// <param name="network">What becomes of a message: itself, nothing, another, several.</param>
/// <param name="rushing">A party that hears everything before it speaks: what is for it is delivered last.</param>
internal sealed class Arrivals(string order, Func<Travelling, IEnumerable<Travelling>>? network, PartyId? rushing)
{
    private readonly List<Travelling> _travelling = [];
    private readonly DeterministicRandom _order = new(order, "arrival");

    /// <summary>Everything sent, in order of sending, before the network touched it.</summary>
    public List<Travelling> Sent { get; } = [];

    public void Post(PartyId from, Outbox outbox)
    {
        using (outbox)
        {
            foreach (var message in outbox.Messages)
            {
                var travelling = new Travelling(from, message.To, message.Round, message.Payload.Span.ToArray());
                Sent.Add(travelling);
                _travelling.AddRange(network?.Invoke(travelling) ?? [travelling]);
            }
        }
    }

    public void Run(Action<Travelling> deliver)
    {
        while (_travelling.Count > 0)
        {
            var deliverable = _travelling.FindAll(candidate => candidate.To != rushing);
            var choice = deliverable.Count > 0 ? deliverable : _travelling;
            var drawn = choice[_order.Next(choice.Count)];
            var message = _travelling.First(candidate => candidate.From == drawn.From && candidate.To == drawn.To); // the channel keeps a pair's order
            Assert.True(_travelling.Remove(message));
            deliver(message);
        }
    }
}
