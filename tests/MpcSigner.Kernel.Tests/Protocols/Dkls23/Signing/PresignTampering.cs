using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Signing;

/// <summary>Two signers of three, one of which cheats, and what must then hold at the other.</summary>
public abstract class PresignTampering : IDisposable
{
    private protected readonly PresignCommittee _committee = new(Suite.EcdsaSecp256k1, 2, 3);

    private protected PartyId Cheat => _committee.Pids[0];

    private protected PartyId Victim => _committee.Pids[1];

    private protected PartyId[] Quorum => [Cheat, Victim];

    private protected PresignRun Run(byte round, int at) => Run(round, message => message[at] ^= 1);

    /// <summary>A session in which one message of the cheat is changed on its way to the victim.</summary>
    private protected PresignRun Run(byte round, Action<byte[]> change) => new(
        _committee, _committee.Input(Quorum), network: message => message.From == Cheat && message.Round == round ? [Changed(message, change)] : [message]);

    private protected static Travelling Changed(Travelling message, Action<byte[]> change)
    {
        var bytes = (byte[])message.Payload.Clone();
        change(bytes);
        return message with { Payload = bytes };
    }

    private protected void AssertBlamed(PresignRun run, FaultKind kind)
    {
        Assert.DoesNotContain(Victim, run.Results.Keys);
        Assert.Equal(kind, run.Faults[Victim].Kind);
        Assert.Equal([Cheat], run.Faults[Victim].Culprits);
        if (!kind.CondemnsSetup())
        {
            Assert.Empty(run.Condemned[Victim]);
            Assert.Equal(PairSetupState.Active, _committee.Setup(Victim, Cheat).State);
        }
    }

    private protected void AssertCondemned(PresignRun run, FaultKind kind, bool redeal = true)
    {
        AssertBlamed(run, kind);
        Assert.Equal([_committee.Setup(Victim, Cheat)], run.Condemned[Victim]);
        Assert.Equal(PairSetupState.Dead, _committee.Setup(Victim, Cheat).State);
        Assert.False(PresignParty.TryBegin(_committee.Session(_committee.Input(Quorum), Victim), out _, out _));
        if (!redeal)
            return;
        // Other pairs are untouched, and new base OTs serve again.
        Assert.Equal(PairSetupState.Active, _committee.Setup(Victim, _committee.Pids[2]).State);
        _committee.DealSetups("again");
        AssertHonestRun();
    }

    private protected void AssertUnblamed(PresignRun run, FaultKind kind)
    {
        Assert.DoesNotContain(Victim, run.Results.Keys);
        Assert.Equal((kind, 0), (run.Faults[Victim].Kind, run.Faults[Victim].Culprits.Count));
        Assert.Empty(run.Condemned[Victim]);
        Assert.Equal(PairSetupState.Active, _committee.Setup(Victim, Cheat).State);
    }

    private protected void AssertHonestRun()
    {
        using var run = new PresignRun(_committee, _committee.Input(Quorum), order: "honest");
        Assert.Empty(run.Faults);
        Assert.Equal(2, run.Results.Count);
    }

    public void Dispose() => _committee.Dispose();
}
