using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Kernel.Tests.Coordination;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkg;

/// <summary>Locked memory of a key generation is counted for the whole process: however it ends, nothing stays but the shares of a finished one, and its messages are wiped.</summary>
[Collection(nameof(SecretsTests))]
public sealed class DkgMemoryTests : IDisposable
{
    private const int Keys = 2;

    private readonly Committee _committee = Committee.OfSize(2);
    private readonly DkgInput _input;
    private readonly byte[][] _theirs;
    private readonly List<PayloadBuffer> _given = [];
    private readonly long _before;
    private readonly DkgParty _party;

    /// <summary>Our own part alone, with the peer's messages of a rehearsal that drew the same.</summary>
    public DkgMemoryTests()
    {
        _input = _committee.Input(2, Keys);
        using (var rehearsal = new DkgRun(_committee, _input))
            _theirs = [.. rehearsal.Sent.Where(message => message.From == Peer).OrderBy(message => message.Round).Select(message => message.Payload)];
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        _before = InUse;
        _party = DkgParty.Begin(_committee.Session(_input, _committee.Pids[0]), out var outbox);
        outbox.Dispose();
    }

    private static long InUse => SecureSlabs.Shared.BytesInUse;

    private PartyId Peer => _committee.Pids[1];

    public void Dispose() => _committee.Dispose();

    private DkgStep Receive(byte round, byte[]? payload = null)
    {
        _given.Add(new(payload ?? _theirs[round - 1]));
        return _party.Receive(Peer, round, _given[^1]);
    }

    private void AssertNothingIsLeft(long but = 0)
    {
        Assert.Equal(_before + but, InUse);
        Assert.All(_given, message => Assert.Throws<ObjectDisposedException>(() => message.Length));
    }

    [Fact]
    public void A_finished_run_leaves_the_shares_and_nothing_else()
    {
        Assert.IsType<DkgStep.Send>(Receive(1));
        Assert.IsType<DkgStep.Send>(Receive(2));
        var result = Assert.IsType<DkgStep.Complete>(Receive(3)).Result;
        var without = InUse;
        using (SecretScalars.Zero(Groups.For(Curve.Edwards25519), Keys))
            AssertNothingIsLeft(but: 2 * (InUse - without));
        result.Dispose();
        AssertNothingIsLeft();
    }

    /// <summary>At the moment of the abort, not when the party is disposed.</summary>
    [Theory]
    [InlineData(1, FaultKind.BadIdentitySignature)]
    [InlineData(2, FaultKind.BadIdentitySignature)]
    [InlineData(3, FaultKind.BadIdentitySignature)]
    [InlineData(1, FaultKind.MalformedMessage)]
    [InlineData(2, FaultKind.MalformedMessage)]
    [InlineData(3, FaultKind.MalformedMessage)]
    public void An_aborted_run_leaves_nothing(byte round, FaultKind kind)
    {
        for (byte before = 1; before < round; before++)
            Assert.IsType<DkgStep.Send>(Receive(before));
        byte[] bent = [.. _theirs[round - 1]];
        bent[^1] ^= 1;
        Assert.Equal(kind, Assert.IsType<DkgStep.Abort>(Receive(round, kind == FaultKind.MalformedMessage ? bent[1..] : bent)).Fault.Kind);
        AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_run_that_is_given_up_leaves_nothing(byte round)
    {
        for (byte before = 1; before < round; before++)
            Assert.IsType<DkgStep.Send>(Receive(before));
        Assert.True(InUse > _before);
        _party.Dispose();
        AssertNothingIsLeft();
        Assert.IsType<DkgStep.Wait>(Receive(round));
        AssertNothingIsLeft();
    }
}
