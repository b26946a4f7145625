using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkg;

/// <summary>What an honest dealer of two keys signs, put together as the evidence of a fault: a commitment and two dealt shares have one length, and no pair of them convicts.</summary>
[Trait("row", "X-evidence")]
public sealed class DkgEvidenceTests : IDisposable
{
    private readonly Committee _committee = Committee.OfSize(3);
    private readonly DkgInput _input;
    private readonly DkgEvidence _court;
    private readonly SignedStatement _commitment, _opening, _shares, _confirmation;

    public DkgEvidenceTests()
    {
        _input = _committee.Input(2, count: 2);
        _court = new(_input, _committee.Identities);
        using var run = new DkgRun(_committee, _input);
        var layout = new DkgLayout(Groups.For(Curve.Edwards25519), 2, 2);
        byte[] Sent(byte round) => run.Sent.First(message => message.From == Dealer && message.Round == round).Payload;
        var to = run.Sent.First(message => message.From == Dealer && message.Round == 2).To.Value;
        var t1 = DkgOpening.ReadT1(Sent(2));
        _commitment = Signed(1, 0, null, Sent(1)[..DkgLayout.CommitmentPayload]);
        _opening = Signed(2, 0, t1, Sent(2)[..layout.OpeningPayload]);
        _shares = Signed(2, to, t1, Sent(2).AsSpan(layout.OpeningPayload + DkgLayout.SignatureSize, layout.SharesPayload).ToArray());
        _confirmation = Signed(3, 0, t1, Sent(3)[..layout.ConfirmationPayload]);
        Assert.Equal(_commitment.Payload.Length, _shares.Payload.Length);
    }

    private PartyId Dealer => _committee.Pids[1];

    public void Dispose() => _committee.Dispose();

    private SignedStatement Signed(byte round, ushort to, Digest32? t1, byte[] payload)
    {
        var statement = new SignedStatement(_input.Context, round, Dealer, to, t1, payload, default);
        return statement with { Signature = _committee.Identity(Dealer).Sign(statement.Digest()) };
    }

    private bool Convicts(FaultKind kind, int? key, params ISignedEvidence[] evidence) => _court.Convicts(new(Dealer, kind, key, default, evidence));

    [Fact]
    public void Nothing_that_an_honest_dealer_signed_convicts_it_of_anything()
    {
        SignedStatement[] all = [_commitment, _opening, _shares, _confirmation];
        foreach (var kind in Enum.GetValues<FaultKind>())
        {
            foreach (var key in (int?[])[null, 0, 1])
            {
                Assert.All(all, one => Assert.False(Convicts(kind, key, one), $"{kind} by the {one}"));
                foreach (var one in all)
                    Assert.All(all, other => Assert.False(Convicts(kind, key, one, other), $"{kind} by the {one} and the {other}"));
            }
        }
    }

    /// <summary>A message that does not decode convicts whoever signed it, in every round that has a form, and of round 1 nothing is malformed but its length.</summary>
    [Fact]
    public void Malformed_is_what_is_signed_in_another_form()
    {
        Assert.True(Convicts(FaultKind.MalformedMessage, null, Signed(2, _shares.To, _shares.T1, _shares.Payload[..32].ToArray())));
        Assert.True(Convicts(FaultKind.MalformedMessage, null, Signed(2, _shares.To, _shares.T1, [.. _shares.Payload.Span, .. _shares.Payload.Span])));
        Assert.True(Convicts(FaultKind.MalformedMessage, null, Signed(2, 0, _opening.T1, _opening.Payload[1..].ToArray())));
        Assert.True(Convicts(FaultKind.MalformedMessage, null, Signed(3, 0, _opening.T1, _confirmation.Payload[1..].ToArray())));
        Assert.False(Convicts(FaultKind.MalformedMessage, null, Signed(1, 0, null, [1, 2, 3])));
        Assert.False(Convicts(FaultKind.MalformedMessage, null, Signed(3, 7, _opening.T1, [1, 2, 3])));
        Assert.False(Convicts(FaultKind.MalformedMessage, null, Signed(4, 0, _opening.T1, [1, 2, 3])));
    }

    /// <summary>Another commitment than that of the opening convicts; shares in its place do not, though they are as long.</summary>
    [Fact]
    public void A_bad_opening_is_shown_by_a_commitment_and_by_nothing_else()
    {
        byte[] other = [.. _commitment.Payload.Span];
        other[^1] ^= 1;
        Assert.True(Convicts(FaultKind.BadOpening, null, Signed(1, 0, null, other), _opening));
        Assert.False(Convicts(FaultKind.BadOpening, null, Signed(1, 7, null, other), _opening));
        Assert.False(Convicts(FaultKind.BadOpening, null, Signed(1, 0, null, other[..^1]), _opening));
        Assert.False(Convicts(FaultKind.BadOpening, null, Signed(2, 0, _opening.T1, other), _opening));
    }
}
