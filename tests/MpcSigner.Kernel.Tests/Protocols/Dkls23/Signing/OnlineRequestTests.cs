using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Rounds;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Signing;

/// <summary>Bounds of an online request, what is told of it before anything is spent, and that what answers once does so once.</summary>
public sealed class OnlineRequestTests
{
    private static readonly Bytes32 SomeDigest = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    private static OnlineRequest Request(int indices, int application) =>
        new(SomeDigest, new(SomeDigest.ToArray()), default, SomeDigest, [.. Enumerable.Repeat(7u, indices)], SomeDigest, new byte[application]);

    [Fact]
    public void The_longest_path_and_payload_are_read_and_nothing_longer()
    {
        var longest = Request(OnlineRequest.MaxPathLength, OnlineRequest.MaxApplication).Encode();
        Assert.Equal(OnlineRequest.MaxSize, longest.Length);
        Assert.True(OnlineRequest.TryDecode(longest, out var read));
        Assert.Equal((OnlineRequest.MaxPathLength, OnlineRequest.MaxApplication), (read.Path.Count, read.Application.Length));
        // Within the bound of the whole, and beyond that of the payload alone.
        Assert.False(OnlineRequest.TryDecode(Request(0, OnlineRequest.MaxApplication + 1).Encode(), out _));
        Assert.False(OnlineRequest.TryDecode(Request(OnlineRequest.MaxPathLength + 1, 0).Encode(), out _));
    }

    [Fact]
    public void A_check_tells_what_an_answer_would_refuse_and_spends_nothing()
    {
        using var committee = new PresignCommittee(Suite.EcdsaSecp256k1, 2, 2);
        using var run = new PresignRun(committee, committee.Input(committee.Pids));
        var presignature = run.Results[committee.Pids[0]].Presignatures[0];
        var request = Request(1, 0) with { Presignature = presignature.Id, RecordHash = committee.RecordHash };
        OnlineRefusal? Check(OnlineRequest asked, NodeId? from = null) =>
            OnlineSigner.Check(committee.Record, asked, presignature, from ?? presignature.Initiator, presignature.InitiatorInstance);
        Assert.Null(Check(request));
        Assert.Equal(OnlineRefusal.OtherPresignature, Check(request with { Presignature = default }));
        Assert.Equal(OnlineRefusal.OtherInitiator, Check(request, committee.Nid(committee.Pids[1])));
        Assert.Equal(OnlineRefusal.BadPath, Check(request with { Path = [0x80000000] }));
        Assert.Equal(OnlineRefusal.BadDigest, Check(request with { Digest = default }));
        // What a stranger asks is refused as a stranger's, whatever else is wrong with it.
        Assert.Equal(OnlineRefusal.OtherInitiator, Check(request with { Digest = default }, committee.Nid(committee.Pids[1])));
        Assert.IsType<OnlineAnswer.Replied>(OnlineSigner.Answer(committee.Record, request, presignature, presignature.Initiator, presignature.InitiatorInstance));
    }

    [Fact]
    public void Replies_are_collected_once()
    {
        using var committee = new PresignCommittee(Suite.EcdsaSecp256k1, 2, 2);
        using var run = new PresignRun(committee, committee.Input(committee.Pids));
        var own = run.Results[committee.Pids[0]].Presignatures[0];
        var collecting = CollectingOnlineReplies.Begin(committee.Record, Request(0, 0) with { Presignature = own.Id, RecordHash = committee.RecordHash }, own)!;
        var replies = committee.Pids.Select(pid => Assert.IsType<OnlineAnswer.Replied>(OnlineSigner.Answer(
            committee.Record, collecting.Request, run.Results[pid].Presignatures[0], own.Initiator, own.InitiatorInstance)).Reply.Encode()).ToArray();
        Transition<OnlineSignature> Complete()
        {
            using var inbox = collecting.NewInbox();
            foreach (var (pid, reply) in committee.Pids.Zip(replies))
                inbox.Add(pid, new(new PayloadBuffer(reply)));
            return collecting.Complete(inbox);
        }
        Assert.IsType<Transition<OnlineSignature>.Advance>(Complete());
        Assert.Throws<ObjectDisposedException>(Complete);
    }

    [Fact]
    public void A_record_whose_public_key_is_no_point_is_a_defect_of_our_own()
    {
        using var committee = new PresignCommittee(Suite.EcdsaSecp256k1, 2, 2);
        var broken = committee.Record with { PublicKey = new byte[33] };
        Assert.Throws<InvalidOperationException>(() => OnlineEquation.TryRead(broken, Request(0, 0), out _, out _, out _));
    }

    [Fact]
    public void A_presignature_that_nobody_took_is_wiped()
    {
        using var committee = new PresignCommittee(Suite.EcdsaSecp256k1, 2, 2);
        var secrets = SecretScalars.Random(committee.Group, 3, new DeterministicRandom("presignature", "wiped"));
        var presignature = new Presignature(committee.Input(committee.Pids), default, committee.Group.Generator, secrets);
        presignature.Dispose();
        Assert.Throws<ObjectDisposedException>(() => secrets[0]);
        Assert.False(presignature.TrySpend(out _));
    }
}
