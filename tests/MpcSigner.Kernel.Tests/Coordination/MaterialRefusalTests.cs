using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Protocols.Frost;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>A signer's material against questions that it is not for: each has its own refusal, and what need not be lost is kept.</summary>
public sealed class MaterialRefusalTests
{
    private sealed record Scene(MiniCluster Mini, Puppet Puppet, KeyRow Key, SignedRequest Request, SentMessage Question, PeerCall.PartialSign Call)
    {
        public SimulatedNode Signer => Mini.Cluster.Node(Question.Recipient);

        public FrostRequest Asked
        {
            get
            {
                Assert.True(FrostRequest.TryDecode(Key.Record, Key.RecordHash, Puppet.AskOf(Question).Request.Span, out var request, out _));
                return request;
            }
        }

        public int Held
        {
            get
            {
                var call = Mini.Cluster.Call(Signer, Mini.Client, new ClientCall.Status());
                return Assert.IsType<ClientReply.StatusIs>(Mini.Cluster.Answers[call]).Status.Pools.Held;
            }
        }

        public int Shares => Signer.Store.Log.Count(entry => entry.Kind == AuditKind.ShareReleased);

        public PeerReply Ask(SigningAsk ask) => Puppet.Ask(Question, Call, Request, ask.Encode());
    }

    /// <summary>A question that was about to be put, and is not yet.</summary>
    private static Scene Prepare(TimeSpan? life = null, int running = 100)
    {
        var mini = new MiniCluster(3, settings: new() { MaxRunningRequests = running, Pools = new() { NonceLevel = 0, MaxLotsPerPeer = 1, Life = life ?? TimeSpan.FromHours(1) } });
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var puppet = new Puppet(mini, mini.Nodes[0]);
        var request = mini.Sign(mini.Transfer(key.Record), "held");
        mini.Submit(mini.Nodes[0], request);
        Assert.True(mini.Cluster.Time.RunUntil(() => puppet.Held.Count > 0, TimeSpan.FromSeconds(2)));
        var (message, call) = puppet.Held[0];
        return new(mini, puppet, key, request, message, (PeerCall.PartialSign)call.Body);
    }

    private static void AssertRefused(string text, PeerReply reply)
    {
        var error = reply switch
        {
            PeerReply.NotSigned declined => declined.Error,
            PeerReply.Refused refused => refused.Error,
            _ => throw new Xunit.Sdk.XunitException($"answered: {reply.GetType().Name}"),
        };
        Assert.Equal(Reason.MaterialRefused, error.Reason);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_in_order_is_answered()
    {
        var scene = Prepare();
        Assert.IsType<PeerReply.PartiallySigned>(scene.Ask(Puppet.AskOf(scene.Question)));
        Assert.Equal((0, 1), (scene.Held, scene.Shares));
    }

    [Fact]
    [Trait("row", "R10")]
    public void Rejects_a_second_question_on_one_piece_be_it_the_same_or_over_another_digest()
    {
        var scene = Prepare();
        Assert.IsType<PeerReply.PartiallySigned>(scene.Ask(Puppet.AskOf(scene.Question)));
        AssertRefused("spent", scene.Ask(Puppet.AskOf(scene.Question)));

        var action = scene.Mini.Transfer(scene.Key.Record, 77);
        var other = scene.Mini.Sign(action, "other");
        var question = scene.Asked with { Message = action.Payload };
        AssertRefused("spent", scene.Puppet.Ask(scene.Question, scene.Call, other, new SigningAsk(question.Encode(), scene.Puppet.Book(other, "other")).Encode()));
        Assert.Equal(1, scene.Shares);
    }

    [Fact]
    public void Rejects_a_piece_that_was_never_given_and_keeps_the_one_that_was()
    {
        var scene = Prepare();
        var ask = Puppet.AskOf(scene.Question);
        var signer = scene.Question.Session.PidOf(scene.Signer.Nid);
        var swapped = scene.Asked with
        {
            Commitments = [.. scene.Asked.Commitments.Select(commitment => commitment.Signer == signer
                ? commitment with { Hiding = commitment.Binding, Binding = commitment.Hiding } : commitment)],
        };
        AssertRefused("unknown", scene.Ask(ask with { Request = swapped.Encode() }));
        Assert.Equal((1, 0), (scene.Held, scene.Shares));
        Assert.IsType<PeerReply.PartiallySigned>(scene.Ask(ask));
    }

    [Fact]
    public void Rejects_expired_material()
    {
        var scene = Prepare(PoolSettings.MinLife);
        var ask = Puppet.AskOf(scene.Question);
        scene.Mini.Cluster.Time.Run(PoolSettings.MinLife);
        AssertRefused("expired", scene.Ask(ask));
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        AssertRefused("expired", scene.Ask(ask));
        Assert.Equal((0, 0), (scene.Held, scene.Shares));
    }

    [Fact]
    [Trait("row", "R25")]
    public void Rejects_material_of_another_key_and_keeps_it()
    {
        var scene = Prepare();
        var second = Assert.Single(scene.Mini.CreateKeys(2, 3));
        var action = scene.Mini.Transfer(second.Record, 9);
        var request = scene.Mini.Sign(action, "second");
        var question = scene.Asked with { KeyRecordHash = second.RecordHash, Message = action.Payload };
        AssertRefused("another key", scene.Puppet.Ask(scene.Question, scene.Call, request, new SigningAsk(question.Encode(), scene.Puppet.Book(request, "second")).Encode()));
        // The client's request is for the right key, and the coordinator names the record of another.
        AssertRefused("another key", scene.Ask(Puppet.AskOf(scene.Question) with { Request = (scene.Asked with { KeyRecordHash = second.RecordHash }).Encode() }));
        Assert.Equal((1, 0), (scene.Held, scene.Shares));
        Assert.IsType<PeerReply.PartiallySigned>(scene.Ask(Puppet.AskOf(scene.Question)));
    }

    [Fact]
    [Trait("row", "R06")]
    public void Rejects_a_quorum_without_the_coordinator_that_the_material_was_made_for()
    {
        var scene = Prepare();
        var third = scene.Key.Record.Parties.First(party => party.Nid != scene.Signer.Nid && party.Nid != scene.Mini.Nodes[0].Nid).Pid;
        var own = scene.Key.Record.Parties.First(party => party.Nid == scene.Mini.Nodes[0].Nid).Pid;
        var others = scene.Asked with
        {
            Commitments = [.. scene.Asked.Commitments.Select(commitment => commitment.Signer == own ? commitment with { Signer = third } : commitment).OrderBy(commitment => commitment.Signer)],
        };
        AssertRefused("other signers", scene.Ask(Puppet.AskOf(scene.Question) with { Request = others.Encode() }));
        Assert.Equal((1, 0), (scene.Held, scene.Shares));
    }

    [Fact]
    [Trait("row", "T24@frost"), Trait("row", "R26")]
    public void Rejects_another_initiator_and_keeps_what_is_not_its()
    {
        var scene = Prepare();
        var thief = scene.Mini.Nodes.First(node => node != scene.Mini.Nodes[0] && node != scene.Signer);
        AssertRefused("another coordinator", scene.Puppet.Send(scene.Signer.Nid, scene.Call with { Coordinator = thief.Instance }, from: thief));
        Assert.Equal((1, 0), (scene.Held, scene.Shares));
        Assert.IsType<PeerReply.PartiallySigned>(scene.Ask(Puppet.AskOf(scene.Question)));
    }

    [Fact]
    public void Rejects_other_instances_at_either_end_and_keeps_the_material()
    {
        var scene = Prepare();
        var other = new InstanceId(new byte[InstanceId.Size]);
        AssertRefused("another process", scene.Puppet.Send(scene.Signer.Nid, scene.Call with { Coordinator = other }));
        AssertRefused("another process", scene.Puppet.Send(scene.Signer.Nid, scene.Call with { Signer = other }));
        Assert.Equal((1, 0), (scene.Held, scene.Shares));
        Assert.IsType<PeerReply.PartiallySigned>(scene.Ask(Puppet.AskOf(scene.Question)));
    }

    [Fact]
    public void Rejects_material_of_a_session_that_it_does_not_know()
    {
        var scene = Prepare();
        var envelope = scene.Call.Envelope.ToArray();
        envelope[20] ^= 1; // within the session id
        AssertRefused("unknown", scene.Puppet.Send(scene.Signer.Nid, scene.Call with { Envelope = envelope }));
        AssertRefused("unknown", scene.Puppet.Send(scene.Signer.Nid, scene.Call with { Envelope = new byte[] { 1, 2, 3 } }));
        envelope[20] ^= 1;
        envelope[^1] ^= 1; // within the tag
        AssertRefused("does not open", scene.Puppet.Send(scene.Signer.Nid, scene.Call with { Envelope = envelope }));
        Assert.Equal((1, 0), (scene.Held, scene.Shares));
        Assert.IsType<PeerReply.PartiallySigned>(scene.Ask(Puppet.AskOf(scene.Question)));
    }

    [Fact]
    public void Rejects_other_documents_missing_bookings_and_other_messages_with_the_material_kept()
    {
        var scene = Prepare();
        var ask = Puppet.AskOf(scene.Question);
        var declined = Assert.IsType<PeerReply.NotSigned>(scene.Puppet.Ask(scene.Question, scene.Call with { Policy = default }, scene.Request, ask.Encode()));
        Assert.Equal(Reason.PolicyMismatch, declined.Error.Reason);
        declined = Assert.IsType<PeerReply.NotSigned>(scene.Ask(ask with { Acks = [] }));
        Assert.Contains("not booked", declined.Error.Message, StringComparison.Ordinal);
        declined = Assert.IsType<PeerReply.NotSigned>(scene.Ask(ask with { Request = (scene.Asked with { Message = new byte[] { 1 } }).Encode() }));
        Assert.Contains("something else", declined.Error.Message, StringComparison.Ordinal);
        declined = Assert.IsType<PeerReply.NotSigned>(scene.Puppet.Ask(scene.Question, scene.Call, scene.Request, [1, 2, 3]));
        Assert.Contains("malformed", declined.Error.Message, StringComparison.Ordinal);
        declined = Assert.IsType<PeerReply.NotSigned>(scene.Ask(ask with { Request = ask.Request[..^1] }));
        Assert.Equal(Reason.PeerFault, declined.Error.Reason);
        Assert.Contains("not in order", declined.Error.Message, StringComparison.Ordinal);
        var denied = scene.Mini.Sign(scene.Mini.Transfer(scene.Key.Record, MiniCluster.Ceiling + 1), "denied");
        declined = Assert.IsType<PeerReply.NotSigned>(scene.Puppet.Ask(scene.Question, scene.Call, denied, ask.Encode()));
        Assert.Equal(Reason.PolicyDenied, declined.Error.Reason);
        Assert.Equal((1, 0), (scene.Held, scene.Shares));
        Assert.IsType<PeerReply.PartiallySigned>(scene.Ask(ask));
    }

    [Fact]
    public void A_question_about_a_request_that_is_done_is_answered_with_its_signature_and_costs_no_material()
    {
        var scene = Prepare();
        var signed = Assert.IsType<ClientReply.Signed>(scene.Mini.Ask(scene.Mini.Nodes.First(node => node != scene.Mini.Nodes[0] && node != scene.Signer), scene.Request));
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1)); // every node is told
        var shares = scene.Shares;
        var done = Assert.IsType<PeerReply.AlreadySigned>(scene.Ask(Puppet.AskOf(scene.Question)));
        Assert.Equal(signed.Signature.ToArray(), done.Signature.ToArray());
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1)); // and nothing follows
        Assert.Equal((1, shares), (scene.Held, scene.Shares));
    }

    /// <summary>The disk takes longer than the sweeps that let go of what is used up: the channel stays until the answer has left, and goes then.</summary>
    [Fact]
    public void A_lot_stays_while_its_last_answer_is_on_the_way_to_the_disk_and_no_longer()
    {
        var scene = Prepare();
        scene.Puppet.Script.FlushTime = TimeSpan.FromSeconds(3);
        Assert.IsType<PeerReply.PartiallySigned>(scene.Ask(Puppet.AskOf(scene.Question)));
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        var few = scene.Mini.Cluster.Settings.Pools.MaxLotsPerPeer;
        Assert.Equal(1, few);
        Assert.Null(scene.Signer.Machine!.Rooms.Holdings.Judge(scene.Mini.Nodes[0].Nid, 1, inLine: false)); // the one place is free again
    }

    [Fact]
    public void A_lot_that_goes_while_its_answer_is_on_the_way_to_the_disk_answers_nothing()
    {
        var scene = Prepare();
        scene.Puppet.Script.FlushTime = TimeSpan.FromSeconds(3);
        scene.Puppet.Throw(scene.Question, scene.Call, scene.Request, Puppet.AskOf(scene.Question).Encode());
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        scene.Signer.Machine!.Rooms.Holdings.DropAll(MaterialEnd.ClockJumped);
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        var reply = Assert.Single(scene.Puppet.Script.Effects.Where(e => e.Node == scene.Signer).Select(e => e.Effect).OfType<NodeEffect.AnswerPeer>(), answer => answer.Reply is not PeerReply.Hello).Reply;
        AssertRefused("wiped", reply);
        Assert.Equal(1, scene.Shares); // on the disk: the piece is spent
    }

    /// <summary>Each a request of its own: a claim that was not given back would be in the way of the third.</summary>
    [Fact]
    public void Whatever_it_is_refused_for_the_request_is_let_go_of_and_the_material_kept()
    {
        var scene = Prepare(running: 1);
        var (mini, ask) = (scene.Mini, Puppet.AskOf(scene.Question));
        Reason Declined(SignedRequest request, PeerCall.PartialSign? call = null, SigningAsk? question = null) =>
            Assert.IsType<PeerReply.NotSigned>(scene.Puppet.Ask(scene.Question, call ?? scene.Call, request, (question ?? ask).Encode())).Error.Reason;
        var ours = scene.Call;
        Assert.Equal(Reason.ClockSkew, Declined(scene.Request, ours with { Clock = mini.Now.AddMinutes(3) }));
        Assert.Equal(Reason.RosterMismatch, Declined(scene.Request, ours with { Roster = default }));
        Assert.Equal(Reason.BadClientSignature, Declined(scene.Request with { Signature = new byte[64] }));
        for (ulong i = 1; i <= 5; i++)
        {
            Assert.Equal(Reason.PolicyDenied, Declined(mini.Sign(mini.Transfer(scene.Key.Record, MiniCluster.Ceiling + i), $"denied {i}")));
            Assert.Equal(Reason.PeerFault, Declined(mini.Sign(mini.Transfer(scene.Key.Record, i), $"unbooked {i}")));
        }
        Assert.Equal(5, scene.Signer.Store.Log.Count(entry => entry.Kind == AuditKind.Denied));
        Assert.Equal((1, 0), (scene.Held, scene.Shares));
        Assert.IsType<PeerReply.PartiallySigned>(scene.Ask(ask));
        for (ulong i = 1; i <= 5; i++)
            Assert.Equal(Reason.IdempotencyConflict, Declined(mini.Sign(mini.Transfer(scene.Key.Record, 900 + i), "held"))); // another body has booked it
        Assert.Equal(Reason.MaterialRefused, Declined(scene.Request));
        Assert.Equal(1, scene.Shares);
    }

    [Fact]
    [Trait("row", "R10"), Trait("row", "X-race-nonce")]
    public void Eight_questions_at_once_on_one_piece_get_one_answer()
    {
        var scene = Prepare();
        scene.Puppet.Script.LookTime = TimeSpan.FromMilliseconds(5); // all have been judged before the first spends
        var answers = scene.Puppet.Script.Effects.Count(e => e.Effect is NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned });
        Assert.Equal(0, answers);
        foreach (var i in Enumerable.Range(0, 8))
        {
            var action = scene.Mini.Transfer(scene.Key.Record, 100 + (ulong)i);
            var request = scene.Mini.Sign(action, $"race-{i}");
            var question = new SigningAsk((scene.Asked with { Message = action.Payload }).Encode(), scene.Puppet.Book(request, $"race-{i}"));
            scene.Puppet.Throw(scene.Question, scene.Call, request, question.Encode());
        }
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        var replies = scene.Puppet.Script.Effects.Where(e => e.Node == scene.Signer).Select(e => e.Effect).OfType<NodeEffect.AnswerPeer>().Select(answer => answer.Reply).ToArray();
        Assert.Single(replies.OfType<PeerReply.PartiallySigned>());
        Assert.Equal(7, replies.OfType<PeerReply.NotSigned>().Count(reply => reply.Error.Message.Contains("spent", StringComparison.Ordinal)));
        Assert.Equal((0, 1), (scene.Held, scene.Shares));
    }
}
