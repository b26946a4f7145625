using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Kernel.Tests.Protocols.Cheating;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Evidence;

/// <summary>Evidence of a FROST share (spec §19.3): the signed share, the record and its certificate convict whoever signed it, and only of what it shows.</summary>
[Trait("row", "X-evidence")]
public sealed class SignatureShareEvidenceTests : IDisposable
{
    private static readonly PartyId Cheater = EvidenceScene.Cheater;

    private readonly Committee _committee = Committee.OfSize(3);
    private readonly DkgRun _keygen;
    private readonly AckCollector _acks;
    private readonly KeyRecord _record;
    private readonly EvidenceCourt _court;

    public SignatureShareEvidenceTests()
    {
        _keygen = new(_committee, _committee.Input(2, count: 2));
        var result = _keygen.Results[_committee.Pids[0]];
        _record = result.Records[1];
        _acks = new(AckTerms.Of(result), _committee.Identities);
        foreach (var pid in _committee.Pids)
            Assert.Null(_acks.Add(pid, _keygen.Results[pid].SignAck(_committee.Identity(pid))));
        _court = new(new([EvidenceScene.RosterOf(_committee)]));
    }

    public void Dispose()
    {
        _keygen.Dispose();
        _committee.Dispose();
    }

    private byte[] Certificate(int key) => _acks.ForKey(_keygen.Results[_committee.Pids[0]].RecordHashes, key).Encode();

    /// <summary>A signature in which the cheater's share is one more than it should be, or no scalar at all.</summary>
    private FrostShare Wrong(bool isScalar)
    {
        FrostRequest? asked = null;
        var shares = _committee.Pids.ToDictionary(pid => pid, pid => _keygen.Results[pid].Shares[1]);
        var run = new FrostRun
        {
            Committee = _committee, Record = _record, Shares = shares, Signers = [.. _committee.Pids.Take(2)],
            Tamper = (signer, type, payload) =>
            {
                if (type == MessageType.FrostRequest)
                    Assert.True(FrostRequest.TryDecode(_record, asked?.KeyRecordHash ?? new(payload.AsSpan(32, 32)), payload, out asked, out _));
                if (type != MessageType.FrostShare || signer != Cheater)
                    return payload;
                byte[] value = HostilePoints.OrderOf(Curve.Edwards25519);
                if (isScalar)
                {
                    var group = Groups.For(Curve.Edwards25519);
                    Assert.True(group.TryDecodeScalar(payload.AsSpan(0, 32), out var honest));
                    value = group.AddPublic(honest, group.One).Encode();
                }
                return [.. value, .. _committee.Identity(Cheater).Sign(new TranscriptHash(Tags.FrostShare).Bytes(asked!.EncodeWithoutOsid()).Bytes(value).ToDigest())];
            },
        }.Go();
        foreach (var share in shares.Values)
            share.Dispose();
        return Assert.IsType<FrostShare>(Assert.Single(Assert.Single(run.Fault!.Accusations).Evidence));
    }

    private EvidenceFile File(FrostShare share, FaultKind kind, byte[]? certificate = null) => new(
        EvidenceScene.RosterOf(_committee).Cluster, 1, default, _committee.Parties[0].Nid, EvidenceScene.FoundAt, kind, Cheater, null,
        new EvidenceSubject.Signing(_record, certificate ?? Certificate(1), []), [share]);

    [Theory]
    [InlineData(true, FaultKind.BadSignatureShare)]
    [InlineData(false, FaultKind.MalformedMessage)]
    public void A_wrong_share_convicts_who_signed_it_of_what_it_shows_and_of_nothing_else(bool isScalar, FaultKind kind)
    {
        var share = Wrong(isScalar);
        var bytes = EvidenceFileEncoding.Encode(File(share, kind));
        Assert.True(EvidenceFileEncoding.TryDecode(bytes, out var file, out var fault), fault);
        Assert.Equal(bytes, EvidenceFileEncoding.Encode(file));
        var verdict = _court.Judge(file);
        Assert.Equal((EvidenceFinding.Convicts, Cheater, _committee.Nid(Cheater), kind), (verdict.Finding, verdict.Culprit!.Value, verdict.Node!.Value, verdict.Kind));
        Assert.Equal(_committee.Identity(Cheater).PublicKey, verdict.Identity!.Key);

        void Fails(EvidenceFinding finding, EvidenceFile fabricated)
        {
            var judged = _court.Judge(fabricated);
            Assert.Equal((finding, null, null), (judged.Finding, judged.Culprit, judged.Identity));
        }
        foreach (var other in Enum.GetValues<FaultKind>().Where(other => other != kind))
            Fails(EvidenceFinding.NotShown, file with { Kind = other });
        Fails(EvidenceFinding.NotShown, file with { Key = 0 });
        Fails(EvidenceFinding.NotShown, file with { Statements = [] });
        Fails(EvidenceFinding.NotShown, file with { Statements = [share, share] });
        Fails(EvidenceFinding.NotShown, file with { Culprit = _committee.Pids[0] });
        Fails(EvidenceFinding.UnknownParty, file with { Culprit = new(2) });
        Fails(EvidenceFinding.BadSignature, file with { Statements = [share with { Signature = new byte[64] }] });
        Fails(EvidenceFinding.BadSignature, file with { Culprit = _committee.Pids[0], Statements = [share with { From = _committee.Pids[0] }] });
        // A record that its nodes did not certify, another key's certificate, none.
        Fails(EvidenceFinding.NotCertified, File(share, kind, Certificate(0)));
        Fails(EvidenceFinding.NotCertified, File(share, kind, []));
        Fails(EvidenceFinding.NotCertified, file with { Subject = new EvidenceSubject.Signing(_record with { Generation = 1 }, Certificate(1), []) });
        // One view of one session is no second one, and a signature has none to compare.
        Assert.Equal(EvidenceFinding.OtherSessionThanFirst, Assert.Single(_court.Compare(file, file)).Finding);
    }

    [Fact]
    public void An_honest_share_convicts_nobody_of_either_fault()
    {
        var wrong = Wrong(isScalar: true);
        var group = Groups.For(Curve.Edwards25519);
        Assert.True(group.TryDecodeScalar(wrong.Share.Span, out var value));
        var right = group.AddPublic(value, group.NegatePublic(group.One)).Encode();
        var share = wrong with { Share = right, Signature = _committee.Identity(Cheater).Sign(new TranscriptHash(Tags.FrostShare).Bytes(wrong.Request.Span).Bytes(right).ToDigest()) };
        Assert.True(share.Verify(_committee.Identity(Cheater).PublicKey));
        foreach (var kind in new[] { FaultKind.BadSignatureShare, FaultKind.MalformedMessage })
            Assert.Equal(EvidenceFinding.NotShown, _court.Judge(File(share, kind)).Finding);
    }

    /// <summary>The dealers whose acknowledgements a reshare's certificate carries beside those of the record are read back, and bounded like all parties.</summary>
    [Fact]
    public void Dealers_of_the_certificate_are_read_back_and_bounded()
    {
        var share = Wrong(isScalar: true);
        EvidenceFile With(int count) => File(share, FaultKind.BadSignatureShare) with
        {
            Subject = new EvidenceSubject.Signing(_record, Certificate(1), [.. Enumerable.Range(1, count).Select(i => (new PartyId((ushort)i), _committee.Parties[0].Nid))]),
        };
        Assert.True(EvidenceFileEncoding.TryDecode(EvidenceFileEncoding.Encode(With(KeyLimits.MaxParties)), out var read, out _));
        Assert.Equal(KeyLimits.MaxParties, Assert.IsType<EvidenceSubject.Signing>(read.Subject).Dealers.Count);
        Assert.False(EvidenceFileEncoding.TryDecode(EvidenceFileEncoding.Encode(With(KeyLimits.MaxParties + 1)), out _, out var fault));
        Assert.NotNull(fault);
    }
}
