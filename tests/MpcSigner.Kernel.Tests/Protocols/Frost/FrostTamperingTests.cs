using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Kernel.Tests.Protocols.Cheating;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Frost;

public sealed class FrostEd25519TamperingTests() : FrostTamperingContract(Suite.FrostEd25519);

public sealed class FrostSecp256k1TamperingTests() : FrostTamperingContract(Suite.FrostSecp256k1);

public sealed class FrostTaprootTamperingTests() : FrostTamperingContract(Suite.FrostSecp256k1Taproot);

/// <summary>Spec §19.6, one suite for every ciphersuite: what each cheat of a signer or a coordinator leads to, who is named, and that no signature comes of it.</summary>
public abstract class FrostTamperingContract(Suite suite) : IDisposable
{
    private static readonly PartyId Cheater = new(7);

    private readonly SigningKey _key = new(3, 4, suite: suite);

    private IGroup Group { get; } = Groups.For(suite.Curve());

    public void Dispose() => _key.Dispose();

    /// <summary>Fresh nonces sign, with everybody.</summary>
    private void AssertNextSigns() => Assert.NotNull(_key.Run(name: "next").Signature);

    /// <summary>A share changed by its sender and signed anew.</summary>
    private byte[] Resigned(byte[] share, FrostRequest request)
    {
        Assert.True(Group.TryDecodeScalar(share, out var value));
        return FrostShare.Sign(Cheater, request, value, _key.Committee.Identity(Cheater)).EncodePayload();
    }

    [Fact]
    [Trait("row", "R01"), Trait("row", "F-BadSignatureShare")]
    [Trait("row", "X-evidence")]
    public void Rejects_a_wrong_share_and_names_every_culprit_with_proof()
    {
        FrostRequest? asked = null;
        var other = _key.Committee.Pids[2];
        var run = _key.Run((signer, type, payload) =>
        {
            if (type == MessageType.FrostRequest)
                Assert.True(FrostRequest.TryDecode(_key.Record, _key.Hash, payload, out asked, out _));
            if (type != MessageType.FrostShare || (signer != Cheater && signer != other))
                return payload;
            Assert.True(Group.TryDecodeScalar(payload.AsSpan(0, 32), out var z));
            return FrostShare.Sign(signer, asked!, Group.AddPublic(z, Group.One), _key.Committee.Identity(signer)).EncodePayload();
        });
        Assert.Null(run.Signature);
        Assert.Equal(FaultKind.BadSignatureShare, run.Fault!.Kind);
        Assert.Equal([Cheater, other], run.Fault.Culprits);
        foreach (var accusation in run.Fault.Accusations)
        {
            var share = Assert.IsType<FrostShare>(Assert.Single(accusation.Evidence));
            Assert.True(FrostShare.TryDecode(share.Encode(), out var shown));
            Assert.True(shown.Convicts(_key.Record, _key.Committee.Identities));
            Assert.False((shown with { From = _key.Committee.Pids[0] }).Convicts(_key.Record, _key.Committee.Identities));
            Assert.False((shown with { Share = new byte[32] }).Convicts(_key.Record, _key.Committee.Identities));
        }
        AssertNextSigns();
    }

    [Fact]
    [Trait("row", "X-evidence")]
    public void An_honest_share_convicts_nobody()
    {
        var run = _key.Run();
        Assert.NotNull(run.Signature);
        var requested = run.Sent.First(sent => sent.Type == MessageType.FrostRequest).Payload;
        Assert.True(FrostRequest.TryDecode(_key.Record, _key.Hash, requested, out var request, out _));
        var judged = 0;
        foreach (var (signer, _, payload) in run.Sent.Where(sent => sent.Type == MessageType.FrostShare))
        {
            Assert.True(FrostShare.TryRead(signer, request, payload, out var share));
            Assert.False(share.Convicts(_key.Record, _key.Committee.Identities));
            judged++;
        }
        Assert.Equal(3, judged);
    }

    public static TheoryData<string, FaultKind> ShareFaults => new()
    {
        { "signature", FaultKind.BadIdentitySignature },
        { "value without new signature", FaultKind.BadIdentitySignature },
        { "too long", FaultKind.MalformedMessage },
        { "too short", FaultKind.MalformedMessage },
        { "not canonical", FaultKind.MalformedMessage },
        { "zero", FaultKind.BadSignatureShare },
        { "one", FaultKind.BadSignatureShare },
        { "order minus one", FaultKind.BadSignatureShare },
        { "without derivation tweak", FaultKind.BadSignatureShare },
    };

    [Theory]
    [MemberData(nameof(ShareFaults))]
    [Trait("row", "R18"), Trait("row", "R19"), Trait("row", "R20"), Trait("row", "R21"), Trait("row", "R22"), Trait("row", "R23")]
    [Trait("row", "E01"), Trait("row", "E02"), Trait("row", "E03"), Trait("row", "E04"), Trait("row", "E27@frost"), Trait("row", "E28@frost")]
    [Trait("row", "F-BadIdentitySignature")]
    public void Rejects_a_bad_share(string how, FaultKind kind)
    {
        FrostRequest? asked = null;
        uint[] path = how == "without derivation tweak" ? [0, 5] : [];
        byte[]? untweaked = null;
        if (path.Length > 0)
            untweaked = _key.Run().Sent.First(sent => sent.Type == MessageType.FrostShare && sent.Signer == Cheater).Payload;
        var run = _key.Run((signer, type, payload) =>
        {
            if (type == MessageType.FrostRequest)
                Assert.True(FrostRequest.TryDecode(_key.Record, _key.Hash, payload, out asked, out _));
            if (type != MessageType.FrostShare || signer != Cheater)
                return payload;
            byte[] changed = [.. payload];
            switch (how)
            {
                case "signature": changed[^1] ^= 1; return changed;
                case "value without new signature": changed[0] ^= 1; return changed;
                case "too long": return [.. payload, 0];
                case "too short": return payload[..^1];
                case "zero": return Resigned(new byte[32], asked!);
                case "one": return Resigned(Group.One.Encode(), asked!);
                case "order minus one": return Resigned(Group.NegatePublic(Group.One).Encode(), asked!);
                case "without derivation tweak": return Resigned(untweaked![..32], asked!);
                default:
                    // Its own signature over a value that is no scalar.
                    HostilePoints.OrderOf(suite.Curve()).CopyTo(changed, 0);
                    return SignedRaw(changed[..32], asked!);
            }
        }, path: path);
        Assert.Null(run.Signature);
        Assert.Equal(kind, run.Fault!.Kind);
        Assert.Equal([Cheater], run.Fault.Culprits);
        Assert.All(run.Nonces.Values, nonces => Assert.False(nonces.TrySpend(out _, out _)));
        AssertNextSigns();
    }

    private byte[] SignedRaw(byte[] value, FrostRequest request)
    {
        var digest = new TranscriptHash(Tags.FrostShare).Bytes(request.EncodeWithoutOsid()).Bytes(value).ToDigest();
        var signature = new byte[64];
        _key.Committee.Identity(Cheater).Sign(digest.ToArray(), signature);
        return [.. value, .. signature];
    }

    public static TheoryData<string> BadCommitments => new() { "identity", "outside the group", "other form", "not canonical", "too long", "too short", "empty" };

    [Theory]
    [MemberData(nameof(BadCommitments))]
    [Trait("row", "R08"), Trait("row", "R09"), Trait("row", "E07"), Trait("row", "E27@frost"), Trait("row", "E28@frost")]
    [Trait("row", "F-MalformedMessage")]
    public void Rejects_a_commitment_that_does_not_decode(string how)
    {
        foreach (var at in new[] { 0, Group.PointSize })
        {
            var run = _key.Run((signer, type, payload) =>
            {
                if (type != MessageType.FrostCommitment || signer != Cheater)
                    return payload;
                byte[] changed = [.. payload];
                switch (how)
                {
                    case "too long": return [.. payload, 0];
                    case "too short": return payload[..^1];
                    case "empty": return [];
                    default: HostilePoints.Of(suite.Curve(), how).CopyTo(changed, at); return changed;
                }
            });
            Assert.Equal(FaultKind.MalformedMessage, run.Fault!.Kind);
            Assert.Equal([Cheater], run.Fault.Culprits);
            Assert.DoesNotContain(run.Sent, sent => sent.Type == MessageType.FrostRequest);
        }
        AssertNextSigns();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [Trait("row", "R02"), Trait("row", "R03")]
    public void Rejects_shares_under_another_commitment_than_was_sent(int point)
    {
        var at = point * Group.PointSize;
        // The coordinator holds D or E that the signer did not send: the signer refuses, its nonces stay whole.
        var run = _key.Run((signer, type, payload) =>
        {
            if (type != MessageType.FrostCommitment || signer != Cheater)
                return payload;
            byte[] changed = [.. payload];
            Group.Generator.CopyTo(changed.AsSpan(at));
            return changed;
        });
        Assert.Null(run.Signature);
        Assert.Equal(FrostRefusal.OtherCommitment, Assert.Single(run.Refusals).Value);
        Assert.True(run.Nonces[Cheater].TrySpend(out _, out _));
        AssertNextSigns();
    }

    [Fact]
    [Trait("row", "R24"), Trait("row", "F-ReusedCommitment")]
    public void Rejects_a_commitment_seen_before()
    {
        var seen = new SeenCommitments();
        var first = new FrostRun { Committee = _key.Committee, Record = _key.Record, Shares = _key.Shares, Signers = [.. _key.Committee.Pids.Take(3)], Seen = seen, Message = SigningKey.MessageOf(suite) }.Go();
        Assert.NotNull(first.Signature);
        var commitment = first.Sent.First(sent => sent.Type == MessageType.FrostCommitment && sent.Signer == Cheater).Payload;
        var second = new FrostRun
        {
            Committee = _key.Committee, Record = _key.Record, Shares = _key.Shares, Signers = first.Signers, Seen = seen, Run = "second", Message = SigningKey.MessageOf(suite),
            Tamper = (signer, type, payload) => type == MessageType.FrostCommitment && signer == Cheater ? commitment : payload,
        }.Go();
        Assert.Equal(FaultKind.ReusedCommitment, second.Fault!.Kind);
        Assert.Equal([Cheater], second.Fault.Culprits);
        Assert.DoesNotContain(second.Sent, sent => sent.Type == MessageType.FrostRequest);
        AssertNextSigns();
    }

    [Fact]
    public void The_memory_of_commitments_is_bounded_and_forgets_the_oldest()
    {
        var seen = new SeenCommitments(capacity: 4);
        FrostCommitment Of(ulong x) => new(Cheater, Group.MultiplyBasePublic(Group.FromUInt64(x)), Group.MultiplyBasePublic(Group.FromUInt64(x + 1)));
        Assert.True(seen.TryAdd(_key.Hash, Of(1)));
        Assert.False(seen.TryAdd(_key.Hash, Of(1)));
        Assert.False(seen.TryAdd(_key.Hash, Of(2))); // its D is the other's E
        Assert.True(seen.TryAdd(default, Of(1))); // another key
        Assert.True(seen.TryAdd(_key.Hash, Of(11)));
        Assert.True(seen.TryAdd(_key.Hash, Of(1))); // forgotten by now
        Assert.False(seen.TryAdd(_key.Hash, new(Cheater, Group.Generator, Group.Generator)));
    }

    [Fact]
    [Trait("row", "R10"), Trait("row", "X-race-nonce")]
    public void Nonces_answer_one_request_even_under_a_race_and_even_if_it_is_the_same()
    {
        var run = _key.Run();
        var payload = run.Sent.First(sent => sent.Type == MessageType.FrostRequest && sent.Signer == Cheater).Payload;
        Assert.True(FrostRequest.TryDecode(_key.Record, _key.Hash, payload, out var request, out _));
        FrostAnswer Ask(FrostNonces nonces, FrostRequest asked) =>
            FrostSigner.Sign(_key.Record, asked, Cheater, _key.Shares[Cheater], nonces, _key.Committee.Parties[0].Nid, _key.Committee.Identity(Cheater));
        Assert.Equal(FrostRefusal.NoncesSpent, Assert.IsType<FrostAnswer.Refused>(Ask(run.Nonces[Cheater], request)).Reason);

        var fresh = FrostNonces.Generate(_key.Record, Cheater, _key.Shares[Cheater], _key.Committee.Parties[0].Nid, new DeterministicRandom("race", "nonces"));
        var asked = request with { Commitments = [.. request.Commitments.Select(c => c.Signer == Cheater ? fresh.Commitment : c)] };
        var answers = new FrostAnswer[8];
        Parallel.For(0, answers.Length, i => answers[i] = Ask(fresh, asked));
        Assert.Single(answers.OfType<FrostAnswer.Signed>());
        Assert.Equal(7, answers.OfType<FrostAnswer.Refused>().Count(refused => refused.Reason == FrostRefusal.NoncesSpent));
    }

    [Fact]
    [Trait("row", "R06"), Trait("row", "R25"), Trait("row", "R26")]
    public void Refusals_before_the_answer_keep_the_nonces()
    {
        var coordinator = _key.Committee.Parties[0].Nid;
        var run = _key.Run();
        Assert.True(FrostRequest.TryDecode(_key.Record, _key.Hash, run.Sent.First(sent => sent.Type == MessageType.FrostRequest).Payload, out var request, out _));
        var nonces = FrostNonces.Generate(_key.Record, Cheater, _key.Shares[Cheater], coordinator, new DeterministicRandom("kept", "nonces"));
        var asked = request with { Commitments = [.. request.Commitments.Select(c => c.Signer == Cheater ? nonces.Commitment : c)] };
        Assert.Equal(FrostRefusal.OtherCoordinator, FrostSigner.Check(asked, Cheater, nonces, _key.Committee.Parties[2].Nid));
        Assert.Equal(FrostRefusal.OtherKeyRecord, FrostSigner.Check(asked with { KeyRecordHash = default }, Cheater, nonces, coordinator));
        Assert.Equal(FrostRefusal.OtherCommitment, FrostSigner.Check(request, Cheater, nonces, coordinator));
        Assert.Equal(FrostRefusal.NotASigner, FrostSigner.Check(asked, _key.Committee.Pids[3], nonces, coordinator));
        Assert.Null(FrostSigner.Check(asked, Cheater, nonces, coordinator));
        Assert.IsType<FrostAnswer.Signed>(FrostSigner.Sign(_key.Record, asked, Cheater, _key.Shares[Cheater], nonces, coordinator, _key.Committee.Identity(Cheater)));
    }

    [Fact]
    [Trait("row", "R27"), Trait("row", "E21@frost"), Trait("row", "E22@frost"), Trait("row", "E24@frost"), Trait("row", "E25@frost")]
    public void Rejects_fewer_or_more_signers_than_t_and_strangers()
    {
        FrostCoordination With(params int[] pids) => new(
            _key.Record, pids.Select(pid => new PartyId((ushort)pid)), new byte[32], [], FrostMode.None, default, default, _key.Committee.Identities);
        Assert.Equal(3, With(65535, 1, 7).Signers.Count);
        foreach (var pids in new int[][] { [1, 7], [1, 7, 4008, 65535], [1, 7, 7], [1, 7, 8], [] })
            Assert.Throws<ArgumentException>(() => With(pids));
    }

    [Fact]
    [Trait("row", "R29")]
    public void Messages_of_every_length_sign_but_Taproot_signs_digests_only()
    {
        foreach (var length in new[] { 0, 1, 31, 32, 33, 1232, FrostRequest.MaxMessage })
        {
            if (suite == Suite.FrostSecp256k1Taproot && length != 32)
                Assert.Throws<ArgumentException>(() => _key.Run(message: new byte[length]));
            else
                Assert.NotNull(_key.Run(name: $"length {length}", message: new byte[length]).Signature);
        }
        Assert.Throws<ArgumentException>(() => _key.Run(message: new byte[FrostRequest.MaxMessage + 1]));
    }
}
