using System.Numerics;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Kernel.Tests.Cryptography.Groups;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Signing;

/// <summary>Online signing (spec §13): signatures of whole runs, and what a signer and an initiator refuse.</summary>
public sealed class OnlineTests
{
    private static readonly Bytes32 SomeDigest = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    [Theory]
    [InlineData(Suite.EcdsaSecp256k1, 2, 3)]
    [InlineData(Suite.EcdsaSecp256k1, 3, 5)]
    [InlineData(Suite.EcdsaP256, 2, 3)]
    [InlineData(Suite.EcdsaP256, 3, 5)]
    [Trait("row", "M25"), Trait("row", "M29"), Trait("row", "M33")]
    public void Signatures_verify_under_the_derived_key_only(Suite suite, int threshold, int parties)
    {
        using var committee = new PresignCommittee(suite, threshold, parties);
        var group = committee.Group;
        Assert.True(group.TryDecodePoint(committee.Record.PublicKey.Span, out var root));
        var recoveryIds = new HashSet<int>();
        uint[][] paths = [[], [0], [1, 2147483647, 5]];
        foreach (var (path, index) in paths.Concat(paths).Concat(paths).Concat(paths).Select((path, i) => (path, i)))
        {
            using var run = new PresignRun(committee, committee.Input([.. committee.Pids.Take(threshold)]), order: $"{index}");
            var digest = new Bytes32([.. Enumerable.Repeat((byte)(index + 1), 32)]);
            var signature = Assert.IsType<Transition<OnlineSignature>.Advance>(Sign(committee, run, Request(committee, run, digest, path))).Next;
            Assert.Equal(DerivationFault.None, Sec1Derivation.TryDerive(root, committee.Record.ChainCode, path, out var child));
            Assert.Equal(child!.PublicKey, signature.PublicKey);
            Assert.True(signature.Signature.IsLowS);
            Assert.True(signature.Signature.Verify(child.PublicKey, digest.ToArray()));
            Assert.Equal(path.Length == 0, signature.Signature.Verify(root, digest.ToArray()));
            Assert.True(signature.Signature.TryRecover(digest.ToArray(), out var recovered));
            Assert.Equal(child.PublicKey, recovered);
            recoveryIds.Add(signature.Signature.RecoveryId);
        }
        Assert.Equal([0, 1], recoveryIds.Order());
    }

    /// <summary>h is read mod q: at and above q it is a number like any other, but 0 is refused.</summary>
    [Theory]
    [InlineData(Suite.EcdsaSecp256k1)]
    [InlineData(Suite.EcdsaP256)]
    [Trait("row", "E31"), Trait("row", "E32"), Trait("row", "E33"), Trait("row", "M37")]
    public void Digests_are_read_mod_q_and_zero_is_refused(Suite suite)
    {
        using var committee = new PresignCommittee(suite, 2, 2);
        var q = suite == Suite.EcdsaP256 ? WeierstrassOracle.P256.Q : WeierstrassOracle.Secp256k1.Q;
        foreach (var (value, allowed) in ((BigInteger, bool)[])[(0, false), (q, false), (1, true), (q - 1, true), (q + 1, true), ((BigInteger.One << 256) - 1, true)])
        {
            using var run = new PresignRun(committee, committee.Input(committee.Pids));
            var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
            var request = Request(committee, run, new([.. new byte[32 - bytes.Length], .. bytes]));
            if (allowed)
            {
                Assert.IsType<Transition<OnlineSignature>.Advance>(Sign(committee, run, request));
                continue;
            }
            var (pid, presignature) = First(run);
            Assert.Null(CollectingOnlineReplies.Begin(committee.Record, request, presignature));
            AssertRefused(committee, request, presignature, OnlineRefusal.BadDigest);
            Assert.IsType<OnlineAnswer.Replied>(Answer(committee, Request(committee, run, SomeDigest), presignature)); // kept
        }
    }

    [Fact]
    [Trait("row", "T24"), Trait("row", "T25a")]
    public void Refuses_and_keeps_the_presignature_for_another_request_than_it_was_made_for()
    {
        using var committee = new PresignCommittee(Suite.EcdsaSecp256k1, 2, 3);
        using var run = new PresignRun(committee, committee.Input([.. committee.Pids.Take(2)], count: 2));
        var (_, presignature) = First(run);
        var other = run.Results.Values.First().Presignatures[1];
        var request = Request(committee, run, SomeDigest);
        AssertRefused(committee, request, other, OnlineRefusal.OtherPresignature);
        AssertRefused(committee, request with { Presignature = other.Id }, presignature, OnlineRefusal.OtherPresignature);
        AssertRefused(committee, request with { RecordHash = new(new byte[32]) }, presignature, OnlineRefusal.OtherKeyRecord);
        AssertRefused(committee, request with { Path = [0x80000000] }, presignature, OnlineRefusal.BadPath);
        AssertRefused(committee, request with { Path = [.. Enumerable.Repeat(1u, 17)] }, presignature, OnlineRefusal.BadPath);
        Refused(
            OnlineSigner.Answer(committee.Record with { Generation = 1 }, request, presignature, presignature.Initiator, presignature.InitiatorInstance),
            OnlineRefusal.OtherKeyRecord);
        Assert.Null(CollectingOnlineReplies.Begin(committee.Record with { Generation = 1 }, request, presignature));
        var stranger = committee.Pids[1];
        Refused(OnlineSigner.Answer(committee.Record, request, presignature, committee.Nid(stranger), presignature.InitiatorInstance), OnlineRefusal.OtherInitiator);
        Refused(OnlineSigner.Answer(committee.Record, request, presignature, presignature.Initiator, PresignCommittee.Instance(stranger)), OnlineRefusal.OtherInitiator);
        Refused(
            OnlineSigner.Answer(committee.Record with { KeyId = new(new byte[32]) }, request, presignature, presignature.Initiator, presignature.InitiatorInstance),
            OnlineRefusal.OtherKeyRecord);

        Assert.IsType<OnlineAnswer.Replied>(Answer(committee, request, presignature));
        AssertRefused(committee, request, presignature, OnlineRefusal.Spent);
        AssertRefused(committee, request with { Digest = new([.. Enumerable.Repeat((byte)9, 32)]) }, presignature, OnlineRefusal.Spent);
    }

    /// <summary>The initiator's own reply is everybody's computation, and spends its presignature alike.</summary>
    [Fact]
    public void The_initiators_own_reply_is_that_of_any_signer_and_comes_once()
    {
        using var committee = new PresignCommittee(Suite.EcdsaP256, 2, 2);
        using PresignRun one = new(committee, committee.Input(committee.Pids, count: 2)), again = new(committee, committee.Input(committee.Pids));
        var (_, presignature) = First(one);
        var collecting = CollectingOnlineReplies.Begin(committee.Record, Request(committee, one, SomeDigest, [4]), presignature)!;
        Refused(collecting.AnswerOwn(First(again).Presignature), OnlineRefusal.OtherPresignature);
        var own = Assert.IsType<OnlineAnswer.Replied>(collecting.AnswerOwn(presignature));
        Refused(collecting.AnswerOwn(presignature), OnlineRefusal.Spent);
        AssertRefused(committee, collecting.Request, presignature, OnlineRefusal.Spent);
        using var inbox = collecting.NewInbox();
        inbox.Add(committee.Pids[0], new(new PayloadBuffer(own.Reply.Encode())));
        var other = Assert.IsType<OnlineAnswer.Replied>(Answer(committee, collecting.Request, one.Results[committee.Pids[1]].Presignatures[0]));
        inbox.Add(committee.Pids[1], new(new PayloadBuffer(other.Reply.Encode())));
        Assert.IsType<Transition<OnlineSignature>.Advance>(collecting.Complete(inbox));
        Assert.Null(CollectingOnlineReplies.Begin(committee.Record, collecting.Request, First(again).Presignature));
    }

    [Fact]
    [Trait("row", "T25b"), Trait("row", "X-race-presignature"), Trait("row", "M27")]
    public void Eight_racing_requests_get_one_reply()
    {
        using var committee = new PresignCommittee(Suite.EcdsaSecp256k1, 2, 2);
        for (var attempt = 0; attempt < 20; attempt++)
        {
            using var run = new PresignRun(committee, committee.Input(committee.Pids), order: $"{attempt}");
            var (_, presignature) = First(run);
            var answers = new OnlineAnswer[8];
            Parallel.For(0, 8, i => answers[i] = Answer(committee, Request(committee, run, new([.. Enumerable.Repeat((byte)(i + 1), 32)])), presignature));
            Assert.Single(answers, answer => answer is OnlineAnswer.Replied);
            Assert.Equal(7, answers.Count(answer => answer is OnlineAnswer.Refused { Reason: OnlineRefusal.Spent }));
        }
    }

    /// <summary>Spec §18.3: ψ, u′ or w changed gives an invalid signature and blames nobody.</summary>
    [Theory]
    [InlineData("psi")]
    [InlineData("u")]
    [InlineData("w")]
    [Trait("row", "T17"), Trait("row", "T18a"), Trait("row", "T18b"), Trait("row", "F-InvalidSignature"), Trait("row", "C10"), Trait("row", "M28")]
    public void A_wrong_part_gives_no_signature_and_blames_nobody(string what)
    {
        using var committee = new PresignCommittee(Suite.EcdsaSecp256k1, 2, 2);
        using var run = new PresignRun(committee, committee.Input(committee.Pids), network: message =>
        {
            if (what == "psi" && message.Round == 2 && message.From == committee.Pids[0])
                message.Payload[227] ^= 1;
            return [message];
        });
        var result = Sign(committee, run, Request(committee, run, SomeDigest), (pid, reply) =>
        {
            if (pid == committee.Pids[0] && what != "psi")
                reply[what == "u" ? 63 : 95] ^= 1;
        });
        var fault = Assert.IsType<Transition<OnlineSignature>.Abort>(result).Fault;
        Assert.Equal((FaultKind.InvalidSignature, 0), (fault.Kind, fault.Culprits.Count));
        AssertSpentAndNextSigns(committee, run);
    }

    /// <summary>An initiator that asks signers different things learns it by g, and gets no signature.</summary>
    [Theory]
    [InlineData("digest")]
    [InlineData("path")]
    [InlineData("entropy")]
    [InlineData("osid")]
    [Trait("row", "T19a"), Trait("row", "T19b"), Trait("row", "T19c"), Trait("row", "T19d"), Trait("row", "F-ReplyToOtherRequest")]
    [Trait("row", "M31")]
    public void Different_requests_to_different_signers_are_told_by_g(string field)
    {
        using var committee = new PresignCommittee(Suite.EcdsaP256, 2, 2);
        using var run = new PresignRun(committee, committee.Input(committee.Pids));
        var request = Request(committee, run, SomeDigest);
        var value = new Bytes32([.. Enumerable.Repeat((byte)7, 32)]);
        var other = field switch
        {
            "digest" => request with { Digest = value },
            "path" => request with { Path = [3] },
            "entropy" => request with { Entropy = value },
            _ => request with { Osid = value },
        };
        var result = Sign(committee, run, request, requestOf: pid => pid == committee.Pids[1] ? other : request);
        var fault = Assert.IsType<Transition<OnlineSignature>.Abort>(result).Fault;
        Assert.Equal(FaultKind.ReplyToOtherRequest, fault.Kind);
        Assert.Equal([committee.Pids[1]], fault.Culprits);
        AssertSpentAndNextSigns(committee, run);
    }

    /// <summary>Whatever came out, this presignature answers nobody again; another one does.</summary>
    private static void AssertSpentAndNextSigns(PresignCommittee committee, PresignRun run)
    {
        Assert.Equal(2, run.Results.Count);
        Assert.All(run.Results.Values, made => Assert.False(made.Presignatures[0].TrySpend(out _)));
        using var next = new PresignRun(committee, committee.Input(committee.Pids));
        Assert.IsType<Transition<OnlineSignature>.Advance>(Sign(committee, next, Request(committee, next, SomeDigest)));
    }

    /// <summary>x(R′) ≥ q cannot be waited for; points with such an x can be had.</summary>
    [Theory]
    [InlineData(Suite.EcdsaSecp256k1)]
    [InlineData(Suite.EcdsaP256)]
    [Trait("row", "E41"), Trait("row", "M32")]
    public void Recovery_ids_tell_x_above_the_order(Suite suite)
    {
        var group = MpcSigner.Cryptography.Groups.Groups.For(suite.Curve());
        var q = suite == Suite.EcdsaP256 ? WeierstrassOracle.P256.Q : WeierstrassOracle.Secp256k1.Q;
        var found = 0;
        for (var offset = 0; found < 4; offset++)
        {
            byte[] x = (q + offset).ToByteArray(isUnsigned: true, isBigEndian: true);
            if (!group.TryDecodePoint([2, .. x], out var even) || !group.TryDecodePoint([3, .. x], out var odd))
                continue;
            Assert.Equal((2, 3), (OnlineEquation.RecoveryIdOf(even), OnlineEquation.RecoveryIdOf(odd)));
            found++;
        }
        Assert.Equal(0, OnlineEquation.RecoveryIdOf(group.Generator) & 2);
    }

    [Fact]
    [Trait("row", "E27@online"), Trait("row", "E28@online"), Trait("row", "F-MalformedMessage")]
    public void Malformed_replies_blame_their_senders()
    {
        using var committee = new PresignCommittee(Suite.EcdsaSecp256k1, 2, 2);
        foreach (var change in (Func<byte[], byte[]>[])[bytes => bytes[..^1], bytes => [.. bytes, 0], bytes => [.. bytes[..32], .. Enumerable.Repeat((byte)0xff, 32), .. bytes[64..]]])
        {
            using var run = new PresignRun(committee, committee.Input(committee.Pids));
            var collecting = CollectingOnlineReplies.Begin(committee.Record, Request(committee, run, SomeDigest), First(run).Presignature)!;
            using var inbox = collecting.NewInbox();
            foreach (var (pid, result) in run.Results)
            {
                var reply = ((OnlineAnswer.Replied)Answer(committee, collecting.Request, result.Presignatures[0])).Reply.Encode();
                inbox.Add(pid, new(new PayloadBuffer(pid == committee.Pids[0] ? change(reply) : reply)));
            }
            var fault = Assert.IsType<Transition<OnlineSignature>.Abort>(collecting.Complete(inbox)).Fault;
            Assert.Equal(FaultKind.MalformedMessage, fault.Kind);
            Assert.Equal([committee.Pids[0]], fault.Culprits);
        }
    }

    [Fact]
    [Trait("row", "E27@online"), Trait("row", "E26@online")]
    public void Requests_are_read_back_and_nothing_else_is()
    {
        var request = new OnlineRequest(SomeDigest, new(SomeDigest.ToArray()), new(new byte[32]), SomeDigest, [1, 2, 0x7fffffff], new(new byte[32]), new byte[] { 1, 2, 3 });
        var bytes = request.Encode();
        Assert.Equal(5 * 32 + 1 + 12 + 3, bytes.Length);
        Assert.True(OnlineRequest.TryDecode(bytes, out var read));
        Assert.Equal(bytes, read.Encode());
        for (var length = 0; length < bytes.Length - 3; length++)
            Assert.False(OnlineRequest.TryDecode(bytes.AsSpan(0, length), out _));
        Assert.False(OnlineRequest.TryDecode((request with { Path = [0x80000000] }).Encode(), out _));
        Assert.False(OnlineRequest.TryDecode((request with { Path = [.. Enumerable.Repeat(1u, 17)] }).Encode(), out _));
        Assert.False(OnlineRequest.TryDecode(new byte[OnlineRequest.MaxSize + 1], out _));
    }

    /// <summary>Presignatures do not repeat, and what a presignature prints tells nothing of it.</summary>
    [Fact]
    [Trait("row", "M39")]
    public void Nothing_secret_is_printed()
    {
        using var committee = new PresignCommittee(Suite.EcdsaSecp256k1, 2, 2);
        using var run = new PresignRun(committee, committee.Input(committee.Pids));
        var (_, presignature) = First(run);
        Assert.Equal($"Presignature({presignature.Id}, <redacted>)", presignature.ToString());
    }

    private static (PartyId Pid, Presignature Presignature) First(PresignRun run)
    {
        var (pid, result) = run.Results.OrderBy(entry => entry.Key).First();
        return (pid, result.Presignatures[0]);
    }

    private static OnlineRequest Request(PresignCommittee committee, PresignRun run, Bytes32 digest, uint[]? path = null)
    {
        var random = new DeterministicRandom("online", $"{digest}");
        byte[] osid = new byte[32], entropy = new byte[32];
        random.Fill(osid);
        random.Fill(entropy);
        return new(new(osid), First(run).Presignature.Id, committee.RecordHash, digest, path ?? [], new(entropy), default);
    }

    private static OnlineAnswer Answer(PresignCommittee committee, OnlineRequest request, Presignature presignature) =>
        OnlineSigner.Answer(committee.Record, request, presignature, presignature.Initiator, presignature.InitiatorInstance);

    private static void AssertRefused(PresignCommittee committee, OnlineRequest request, Presignature presignature, OnlineRefusal reason) =>
        Refused(Answer(committee, request, presignature), reason);

    private static void Refused(OnlineAnswer answer, OnlineRefusal reason) => Assert.Equal(reason, Assert.IsType<OnlineAnswer.Refused>(answer).Reason);

    private static Transition<OnlineSignature> Sign(
        PresignCommittee committee, PresignRun run, OnlineRequest request, Action<PartyId, byte[]>? change = null, Func<PartyId, OnlineRequest>? requestOf = null)
    {
        var collecting = CollectingOnlineReplies.Begin(committee.Record, request, First(run).Presignature)!;
        using var inbox = collecting.NewInbox();
        foreach (var (pid, result) in run.Results)
        {
            var answer = Assert.IsType<OnlineAnswer.Replied>(Answer(committee, requestOf?.Invoke(pid) ?? request, result.Presignatures[0]));
            if (requestOf is null)
                Assert.Equal(collecting.Commitment.ToArray(), answer.Commitment.ToArray());
            var reply = answer.Reply.Encode();
            change?.Invoke(pid, reply);
            Assert.Equal(InboxVerdict.Accepted, inbox.Add(pid, new(new PayloadBuffer(reply))));
        }
        return collecting.Complete(inbox);
    }
}
