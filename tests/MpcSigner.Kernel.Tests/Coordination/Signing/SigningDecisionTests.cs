using System.Security.Cryptography;
using MpcSigner.Coordination;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Signing;

/// <summary>What a co-signer does beside refusing material: what is durable before its share leaves, which results it keeps; and how long a request waits.</summary>
public sealed class SigningDecisionTests
{
    [Fact]
    public void A_pause_is_taken_thirty_times_and_ends_or_is_stopped()
    {
        using var mini = new MiniCluster(2, start: false);
        var context = new MachineContext(mini.Nodes[0].NewSetup());
        context.Begin(new(mini.Now, default));
        var pause = new SigningPause(context, TimeSpan.FromMilliseconds(40));
        var ended = 0;
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal((false, false), (pause.IsRunning, pause.IsUsedUp));
            pause.Begin(() => ended++);
            Assert.True(pause.IsRunning);
            var timer = Assert.Single(context.End().OfType<NodeEffect.StartTimer>());
            Assert.Equal(TimeSpan.FromMilliseconds(40), timer.After);
            context.Take<Waiter.ForTimer>(timer.Token)!.Fired();
        }
        Assert.Equal((30, false, true), (ended, pause.IsRunning, pause.IsUsedUp));
        pause.Begin(() => ended++);
        var last = Assert.Single(context.End().OfType<NodeEffect.StartTimer>());
        pause.Stop();
        Assert.Equal((false, last.Token), (pause.IsRunning, Assert.Single(context.End().OfType<NodeEffect.StopTimer>()).Token));
        Assert.Null(context.Take<Waiter.ForTimer>(last.Token));
    }

    /// <summary>A finished request, and a process that has not heard of it.</summary>
    private sealed class Finished : IDisposable
    {
        public Finished()
        {
            Mini = new(3);
            Key = Assert.Single(Mini.CreateKeys(2, 3));
            Request = Mini.Sign(Mini.Transfer(Key.Record));
            Signature = Assert.IsType<ClientReply.Signed>(Mini.Ask(Mini.Nodes[0], Request)).Signature;
            Machine = new(Mini.Nodes[1].NewSetup());
            Machine.Rooms.Context.Begin(new(Mini.Now, default));
        }

        public MiniCluster Mini { get; }

        public KeyRow Key { get; }

        public SignedRequest Request { get; }

        public ReadOnlyMemory<byte> Signature { get; }

        public NodeMachine Machine { get; }

        public MachineContext Context => Machine.Rooms.Context;

        /// <summary>Pushes a result; the rows are those of an empty store, but for the key.</summary>
        public IReadOnlyList<NodeEffect> Push(SignedRequest request, ReadOnlyMemory<byte> signature, KeyRow? key, bool readable = true)
        {
            new ResultRoom(Machine.Rooms).Push(new(7), new(request, signature));
            var begun = Context.End();
            if (begun.OfType<NodeEffect.Read>().SingleOrDefault() is not { } read)
                return begun;
            var waiter = Context.Take<Waiter.ForRead>(read.Token)!;
            if (readable)
                waiter.Done([new StoreAnswer.Request(null), new StoreAnswer.Booking(null), new StoreAnswer.Key(key)]);
            else
                waiter.Failed("broken");
            return Context.End();
        }

        public void Dispose()
        {
            Machine.Dispose();
            Mini.Dispose();
        }
    }

    private static Reason? Refused(IReadOnlyList<NodeEffect> effects)
    {
        var reply = Assert.Single(effects.OfType<NodeEffect.AnswerPeer>()).Reply;
        Assert.Equal(reply is PeerReply.Accepted, effects.Any(effect => effect is NodeEffect.Commit));
        return (reply as PeerReply.Refused)?.Error.Reason;
    }

    [Fact]
    public void A_result_is_kept_that_verifies_and_that_this_node_would_have_allowed()
    {
        using var done = new Finished();
        var (mini, request) = (done.Mini, done.Request);
        var forged = done.Signature.ToArray();
        forged[9] ^= 1;
        Assert.Equal(Reason.PeerFault, Refused(done.Push(request, forged, done.Key)));
        Assert.Equal(Reason.BadClientSignature, Refused(done.Push(request with { Signature = new byte[64] }, done.Signature, done.Key)));
        Assert.Equal(Reason.UnknownKey, Refused(done.Push(request, done.Signature, null)));
        Assert.Equal(Reason.StorageUnavailable, Refused(done.Push(request, done.Signature, done.Key, readable: false)));
        var denied = mini.Sign(mini.Transfer(done.Key.Record, MiniCluster.Ceiling + 1), "denied");
        Assert.Equal(Reason.PolicyDenied, Refused(done.Push(denied, done.Signature, done.Key)));

        // Its time is over; its end is told all the same.
        done.Context.Begin(new(mini.Now.AddHours(30), TimeSpan.FromHours(30)));
        var effects = done.Push(request, done.Signature, done.Key);
        Assert.Null(Refused(effects));
        var commit = Assert.Single(effects.OfType<NodeEffect.Commit>());
        var row = Assert.Single(commit.Writes.OfType<StoreWrite.PutRequest>()).Row;
        Assert.Equal(RequestState.Completed, row.State);
        Assert.Equal(done.Signature.ToArray(), row.Result.ToArray());
        Assert.Single(commit.Writes.OfType<StoreWrite.Book>());
        var entry = Assert.Single(commit.Writes.OfType<StoreWrite.Append>()).Entry;
        Assert.Equal(AuditKind.RequestCompleted, entry.Kind);
        Assert.Equal(SHA256.HashData(done.Signature.Span), entry.Detail.ToArray());

        // While it is being written nothing is written again, and nothing is read.
        effects = done.Push(request, done.Signature, done.Key);
        Assert.IsType<PeerReply.Accepted>(Assert.Single(effects.OfType<NodeEffect.AnswerPeer>()).Reply);
        Assert.DoesNotContain(effects, effect => effect is NodeEffect.Commit or NodeEffect.Read);
        done.Context.Take<Waiter.ForCommit>(commit.Token)!.Durable();
        new ResultRoom(done.Machine.Rooms).Push(new(8), new(request, done.Signature));
        Assert.Single(done.Context.End().OfType<NodeEffect.Read>()); // every claim was given back
    }

    [Fact]
    public void What_the_client_sends_on_holds_the_signature_where_the_payload_has_a_place_for_it()
    {
        using var done = new Finished();
        SigningCase Judge(SignedRequest signed, KeyRow key)
        {
            Assert.True(done.Machine.Rooms.Gate.TryAuthenticateEver(signed, out var request, out _));
            Assert.True(SigningCase.TryJudge(done.Context, request, key, out var signing, out var error), error?.Message);
            return signing;
        }
        var transfer = Judge(done.Request, done.Key);
        Assert.True(SignatureCheck.Holds(transfer, done.Signature.Span));
        Assert.False(SignatureCheck.Holds(transfer, new byte[64]));
        var artefact = SignatureCheck.Artefact(transfer, done.Signature);
        Assert.True(artefact.Span.IndexOf(done.Signature.Span) >= 0);
        Assert.True(artefact.Span.EndsWith(transfer.Action.Payload.Span));
        var raw = Judge(done.Mini.Sign(new RequestAction.Sign(done.Key.Record.KeyId, [], PayloadKind.Raw, new byte[32])), done.Key with { Usage = KeyUsage.TransactionsAndRaw });
        Assert.True(SignatureCheck.Artefact(raw, done.Signature).IsEmpty);
    }

    [Fact]
    public void Who_waits_for_a_result_is_told_once_it_is_durable()
    {
        using var done = new Finished();
        Assert.True(done.Machine.Rooms.Gate.TryAuthenticateEver(done.Request, out var request, out _));
        RequestEntry? entry = null;
        done.Machine.Rooms.Ledger.Claim(request, claimed => entry = claimed, _ => { });
        done.Context.Take<Waiter.ForRead>(Assert.Single(done.Context.End().OfType<NodeEffect.Read>()).Token)!.Done([new StoreAnswer.Request(null), new StoreAnswer.Booking(null), new StoreAnswer.Key(done.Key)]);
        var told = 0;
        ResultRoom.Store(done.Machine.Rooms, entry!, done.Signature, () => told++);
        ResultRoom.Store(done.Machine.Rooms, entry!, done.Signature, () => told++);
        Assert.Equal(0, told);
        done.Context.Take<Waiter.ForCommit>(Assert.Single(done.Context.End().OfType<NodeEffect.Commit>()).Token)!.Durable();
        Assert.Equal(2, told);
    }

    /// <summary>P7: any signature found in the world is matched to its request by what every signer has on its disk.</summary>
    [Fact]
    public void All_about_a_share_is_durable_in_one_commit_before_it_leaves()
    {
        using var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var script = mini.Script();
        var request = mini.Sign(mini.Transfer(key.Record), "share");
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], request));
        var signer = Assert.Single(script.Effects, e => e.Effect is NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned }).Node;
        var effects = script.Effects.Where(e => e.Node == signer).Select(e => e.Effect).ToList();
        var commit = effects.OfType<NodeEffect.Commit>().Single(one => one.Writes.OfType<StoreWrite.Append>().Any(write => write.Entry.Kind == AuditKind.ShareReleased));
        Assert.True(effects.IndexOf(commit) < effects.FindIndex(effect => effect is NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned }));
        Assert.Equal(
            [AuditKind.RequestReceived, AuditKind.Allowed, AuditKind.Booked, AuditKind.ShareReleased], commit.Writes.OfType<StoreWrite.Append>().Select(write => write.Entry.Kind));
        Assert.Single(commit.Writes.OfType<StoreWrite.Book>());
        Assert.Single(commit.Writes.OfType<StoreWrite.PutSessionWindow>(), write => write.Initiator == mini.Nodes[0].Nid);
        Assert.Equal(RequestState.Signing, Assert.Single(commit.Writes.OfType<StoreWrite.PutRequest>()).Row.State);
    }
}
