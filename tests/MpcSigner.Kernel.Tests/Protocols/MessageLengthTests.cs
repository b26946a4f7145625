using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Kernel.Tests.Protocols.Resharing;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols;

/// <summary>Messages of every round at lengths that a field, a bound or a neighbour suggests (spec §18.4): blamed unparsed, and nothing comes of the session.</summary>
public sealed class MessageLengthTests
{
    /// <summary>Around every size of a field, from either end.</summary>
    private static IEnumerable<int> OtherLengths(int length) => new[]
    {
        0, 1, 31, 32, 33, 63, 64, 65, 96, length / 2, length - 65, length - 64, length - 33, length - 32, length - 1, length + 1, length + 32, 2 * length,
    }.Where(other => other >= 0 && other != length).Distinct();

    private static Travelling Resized(Travelling message, int length)
    {
        var payload = message.Payload;
        Array.Resize(ref payload, length);
        return message with { Payload = payload };
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [Trait("row", "E27@dkg"), Trait("row", "E28@dkg"), Trait("row", "E27@batch"), Trait("row", "E28@batch"), Trait("row", "F-MalformedMessage")]
    public void Key_generation_takes_no_other_length(int count)
    {
        using var committee = Committee.OfSize(2);
        var input = committee.Input(2, count);
        var (cheat, victim) = (committee.Pids[0], committee.Pids[1]);
        using var honest = new DkgRun(committee, input);
        var tried = 0;
        foreach (var sent in honest.Sent.Where(message => message.From == cheat))
        {
            foreach (var length in OtherLengths(sent.Payload.Length))
            {
                using var run = new DkgRun(committee, input, network: message => message.From == cheat && message.Round == sent.Round ? [Resized(message, length)] : [message]);
                Assert.DoesNotContain(victim, run.Results.Keys);
                var fault = run.Faults[victim];
                Assert.Equal((FaultKind.MalformedMessage, sent.Round), (fault.Kind, fault.Round.Number));
                Assert.Equal([cheat], fault.Culprits);
                tried++;
            }
        }
        Assert.True(tried >= 45, $"{tried} lengths");
    }

    [Theory]
    [InlineData(ProtocolKind.Refresh)]
    [InlineData(ProtocolKind.Reshare)]
    [InlineData(ProtocolKind.Recovery)]
    [Trait("row", "E27@refresh"), Trait("row", "E28@refresh"), Trait("row", "E27@reshare"), Trait("row", "E28@reshare"), Trait("row", "E27@recovery")]
    [Trait("row", "E28@recovery"), Trait("row", "F-MalformedMessage")]
    public void Maintenance_takes_no_other_length(ProtocolKind protocol)
    {
        using var scenario = new MaintenanceScenario(protocol, Suite.FrostEd25519, count: 1);
        using var honest = scenario.Run();
        var (cheat, tried) = (MaintenanceScenario.Cheater, 0);
        // One receiver of each round: what it is sent depends on whether it is dealt a share.
        foreach (var sent in honest.Sent.Where(message => message.From == cheat).GroupBy(message => (message.Round, message.Payload.Length)).Select(group => group.First()))
        {
            foreach (var length in OtherLengths(sent.Payload.Length))
            {
                using var run = scenario.Run(network: message => message.From == cheat && message.Round == sent.Round && message.To == sent.To ? [Resized(message, length)] : [message]);
                Assert.DoesNotContain(sent.To, run.Results.Keys);
                var fault = run.Faults[sent.To];
                Assert.Equal((FaultKind.MalformedMessage, sent.Round), (fault.Kind, fault.Round.Number));
                Assert.Equal([cheat], fault.Culprits);
                tried++;
            }
        }
        Assert.True(tried >= 45, $"{tried} lengths");
        using var again = scenario.Run();
        Assert.Empty(again.Faults);
    }
}
