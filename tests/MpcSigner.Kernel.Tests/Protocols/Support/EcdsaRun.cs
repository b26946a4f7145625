using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Kernel.Tests.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Rounds;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Support;

/// <summary>Threshold ECDSA of honest parties in memory, with a real key and real pair setups, everything drawn from one seed.</summary>
internal sealed class EcdsaRun : IDisposable
{
    private readonly Committee _committee;
    private readonly DkgRun? _keygen;
    private readonly Dictionary<PartyId, SecretScalar> _shares;
    private readonly Dictionary<(PartyId Self, PartyId Peer), PairSetup> _setups = [];
    private byte _sessions = 1; // that of the key generation

    /// <summary>The last t of n parties sign; the first of them initiates.</summary>
    public EcdsaRun(Suite suite, int t, int n, string seed)
    {
        Seed = seed;
        _committee = Committee.OfSize(n, seed);
        _keygen = new(_committee, _committee.Input(t, suite: suite), order: seed);
        Record = _keygen.Results[_committee.Pids[0]].Records[0];
        Signers = [.. _committee.Pids.TakeLast(t)];
        _shares = Signers.ToDictionary(pid => pid, pid => _keygen.Results[pid].Shares[0]);
        SetUpAll();
    }

    /// <summary>A key that there is already; committee and shares are taken over.</summary>
    public EcdsaRun(Committee committee, KeyRecord record, Dictionary<PartyId, SecretScalar> shares)
    {
        Seed = committee.Seed;
        _committee = committee;
        Record = record;
        Signers = [.. shares.Keys.Order()];
        _shares = shares;
        SetUpAll();
    }

    private void SetUpAll()
    {
        foreach (var (low, high) in from one in Signers from other in Signers where Nid(one).CompareTo(Nid(other)) < 0 select (one, other))
            SetUp(low, high);
    }

    public string Seed { get; }

    public Committee Committee => _committee;

    public DkgRun Keygen => _keygen ?? throw new InvalidOperationException("the key was there before");

    public KeyRecord Record { get; }

    public IReadOnlyList<PartyId> Signers { get; }

    /// <summary>The run of each pair of signers, the lower nid first.</summary>
    public List<(PartyId Low, PartyId High, SetupPair Run)> Pairs { get; } = [];

    public InstanceId Instance(PartyId pid)
    {
        var bytes = new byte[InstanceId.Size];
        new DeterministicRandom(Seed, $"instance/{pid}").Fill(bytes);
        return new(bytes);
    }

    private NodeId Nid(PartyId pid) => _committee.Nid(pid);

    private void SetUp(PartyId low, PartyId high)
    {
        InstanceId[] instances = [Instance(low), Instance(high)];
        var run = new SetupPair { Nids = [Nid(low), Nid(high)], Instances = [instances, instances], Seed = $"{Seed}/{low}-{high}" }.Run();
        _setups[(low, high)] = run.Setup(0);
        _setups[(high, low)] = run.Setup(1);
        Pairs.Add((low, high, run));
    }

    /// <summary>One session; its id is the number of sessions so far, key generation included.</summary>
    public EcdsaPresigned Presign(int count)
    {
        var session = new byte[32];
        session[31] = ++_sessions;
        Assert.True(PresignInput.TryCreate(
            Record, [.. Signers.Select(pid => new PresignSigner(pid, Nid(pid), Instance(pid)))], Nid(Signers[0]), Instance(Signers[0]), new(session), count,
            out var input, out var fault), $"{fault}");
        var run = new EcdsaPresigned(input);
        var label = _sessions == 2 ? "presign" : $"presign/{_sessions}";
        foreach (var pid in Signers)
        {
            var setups = Signers.Where(peer => peer != pid).ToDictionary(Nid, peer => _setups[(pid, peer)]);
            run.Begin(pid, new(input, Nid(pid), _shares[pid], setups, new DeterministicRandom(Seed, $"{label}/{pid}")));
        }
        run.Finish();
        return run;
    }

    /// <summary>Asks all signers and assembles.</summary>
    public (OnlineSignature Signed, IReadOnlyList<(PartyId Pid, byte[] Payload)> Replies) Sign(EcdsaPresigned presigned, int k, OnlineRequest request)
    {
        var collecting = CollectingOnlineReplies.Begin(Record, request, presigned.Results[Signers[0]].Presignatures[k]);
        Assert.NotNull(collecting);
        var inbox = collecting.NewInbox();
        List<(PartyId, byte[])> replies = [];
        foreach (var pid in Signers)
        {
            var answer = OnlineSigner.Answer(Record, request, presigned.Results[pid].Presignatures[k], presigned.Input.Initiator, presigned.Input.InitiatorInstance);
            var payload = Assert.IsType<OnlineAnswer.Replied>(answer).Reply.Encode();
            replies.Add((pid, payload));
            Assert.Equal(InboxVerdict.Accepted, inbox.Add(pid, new(new PayloadBuffer(payload))));
        }
        return (Assert.IsType<Transition<OnlineSignature>.Advance>(collecting.Complete(inbox)).Next, replies);
    }

    /// <summary>A request of this name; osid and entropy follow from the seed.</summary>
    public OnlineRequest Request(EcdsaPresigned presigned, int k, string name, byte[] digest, uint[] path, byte[] application)
    {
        var drawn = new DeterministicRandom(Seed, $"sign/{name}");
        byte[] osid = new byte[Bytes32.Size], entropy = new byte[Bytes32.Size];
        drawn.Fill(osid);
        drawn.Fill(entropy);
        return new(new(osid), presigned.Results[Signers[0]].Presignatures[k].Id, KeyRecordHash.Compute(Record), new(digest), path, new(entropy), application);
    }

    public void Dispose()
    {
        foreach (var setup in _setups.Values)
            setup.Dispose();
        foreach (var share in _shares.Values)
            share.Dispose();
        _keygen?.Dispose();
        _committee.Dispose();
    }
}

/// <summary>One presign session of honest parties, messages delivered in order of sending.</summary>
internal sealed class EcdsaPresigned(PresignInput input) : IDisposable
{
    private readonly Queue<Travelling> _wire = new();
    private readonly Dictionary<PartyId, PresignParty> _parties = [];

    public PresignInput Input => input;

    public Dictionary<PartyId, PresignResult> Results { get; } = [];

    public List<Travelling> Sent { get; } = [];

    public void Begin(PartyId pid, PresignSession session)
    {
        Assert.True(PresignParty.TryBegin(session, out var party, out var outbox));
        _parties.Add(pid, party);
        Post(pid, outbox);
    }

    public void Finish()
    {
        while (_wire.TryDequeue(out var message))
        {
            switch (_parties[message.To].Receive(message.From, message.Round, new PayloadBuffer(message.Payload)))
            {
                case PresignStep.Wait:
                    break;
                case PresignStep.Send send:
                    Post(message.To, send.Outbox);
                    break;
                case PresignStep.Complete complete:
                    Results.Add(message.To, complete.Result);
                    Post(message.To, complete.Outbox);
                    break;
                case PresignStep.Abort abort:
                    Assert.Fail($"presign ended with {abort.Fault}");
                    break;
            }
        }
        Assert.Equal(_parties.Count, Results.Count);
    }

    private void Post(PartyId from, Outbox outbox)
    {
        using (outbox)
        {
            foreach (var message in outbox.Messages)
            {
                var travelling = new Travelling(from, message.To, message.Round, message.Payload.Span.ToArray());
                Sent.Add(travelling);
                _wire.Enqueue(travelling);
            }
        }
    }

    public void Dispose()
    {
        foreach (var presignature in Results.Values.SelectMany(result => result.Presignatures))
            presignature.Dispose();
        foreach (var party in _parties.Values)
            party.Dispose();
    }
}
