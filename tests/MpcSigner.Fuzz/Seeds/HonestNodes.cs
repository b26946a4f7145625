using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Fuzz.Seeds;

/// <summary>What honest nodes say to each other while keys are made, sign and are rotated: of every kind of message a few.</summary>
internal sealed class HonestNodes : Traffic
{
    private static readonly Lazy<HonestNodes> s_once = new(static () => new());
    private readonly List<SentMessage> _messages = [];
    private readonly List<SessionFrame> _frames = [];
    private readonly List<PeerCall> _calls = [];
    private readonly List<PeerReply> _replies = [];
    private readonly List<IReadOnlyList<StoreWrite>> _written = [];
    private readonly Queue<IReadOnlyList<ShareToSeal>> _sealing = new();
    private readonly NodeId _first;
    private SessionTap? _tap;

    private HonestNodes()
    {
        using var mini = new MiniCluster(4, "seeds", new MachineSettings { Pools = new() { NonceLevel = 2, NonceBatch = 2, PresignatureLevel = 1, PresignBatch = 1 } }, start: false);
        var nodes = mini.Nodes;
        (_first, Identity) = (nodes[0].Nid, new(mini.Cluster.Roster.Cluster, nodes[0].Nid));
        using var tap = _tap = new(mini.Cluster.Roster.Nodes.ToDictionary(node => node.Nid, node => Ed25519PublicKey.Decode(node.IdentityKey.Span)));
        mini.Cluster.Traffic = this;
        foreach (var node in nodes)
        {
            node.Start();
            node.Random.Drawn = bytes => tap.Drew(node.Nid, bytes);
        }
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        var frost = mini.CreateKeys(2, 3, usage: KeyUsage.TransactionsAndRaw)[0];
        var batch = mini.CreateKeys(2, 3, count: 2, suite: Suite.FrostSecp256k1Taproot, usage: KeyUsage.TransactionsAndRaw);
        var ecdsa = mini.CreateKeys(2, 3, usage: KeyUsage.TransactionsAndRaw, suite: Suite.EcdsaSecp256k1)[0];
        for (ulong i = 1; i <= 2; i++)
        {
            mini.Ask(nodes[0], mini.Sign(mini.Transfer(frost.Record, i)));
            mini.Ask(nodes[1], mini.Sign(new RequestAction.Sign(ecdsa.Record.KeyId, [], PayloadKind.Raw, mini.Cluster.Random.Bytes(32))));
        }
        mini.Ask(nodes[2], mini.Sign(mini.Transfer(frost.Record, MiniCluster.Ceiling + 1)));
        Keys = [frost, ecdsa, batch[0]];
        Orders =
        [
            mini.Order(Administrators.Refresh([frost])),
            mini.Order(Administrators.Reshare([batch[0]], [new(1), new(2)], 2, [.. nodes.Select((node, i) => (new PartyId((ushort)(i + 1)), node.Nid))])),
            mini.Order(Administrators.Recover([batch[1]], [new(1), new(2)], new(3))),
            mini.Order(new AdministratorAction.Destroy([frost.Record.KeyId], DateTimeOffset.FromUnixTimeMilliseconds(mini.Now.AddHours(25).ToUnixTimeMilliseconds()))),
            mini.Order(new AdministratorAction.CancelDestruction(frost.Order)),
            mini.Order(new AdministratorAction.EndAttempt(frost.Order, AttemptEnd.Abandon)),
            mini.Order(new AdministratorAction.CancelJob(frost.Order)),
            mini.Order(Administrators.Refresh([ecdsa])),
        ];
        if (mini.Tell(nodes[0], new AdministratorCall.SubmitJob("seeds", [[Orders[^1]]])) is not AdministratorReply.JobIs)
            throw new InvalidOperationException("a seed's job was refused");
        foreach (var order in Orders.Take(3))
        {
            if (mini.Maintain(nodes[0], order) is not MaintenanceOutcome.Completed)
                throw new InvalidOperationException("a seed's order did not complete");
        }
        if (mini.Tell(nodes[0], new AdministratorCall.Command(Orders[3])) is not AdministratorReply.Accepted)
            throw new InvalidOperationException("a seed's destruction was refused");
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(10));
        Requests = [mini.Sign(mini.Transfer(frost.Record)), mini.Sign(mini.Creation(2, 3)), mini.Sign(mini.Creation(2, 3, 5, suite: Suite.EcdsaP256))];
        KeysAtEnd = [.. nodes[0].Store.Keys];
        if (!mini.IsSound)
            throw new InvalidOperationException("honest nodes halted");
    }

    public static HonestNodes Heard => s_once.Value;

    public IReadOnlyList<SessionFrame> Frames => _frames;

    public IReadOnlyList<PeerCall> Calls => _calls;

    public IReadOnlyList<PeerReply> Replies => _replies;

    /// <summary>As they were made: with certificates of creation.</summary>
    public IReadOnlyList<KeyRow> Keys { get; }

    public IReadOnlyList<KeyRow> KeysAtEnd { get; }

    public IReadOnlyList<SignedOrder> Orders { get; }

    public IReadOnlyList<SignedRequest> Requests { get; }

    /// <summary>Whose store it is that the first node wrote.</summary>
    public Storage.StoreIdentity Identity { get; }

    /// <summary>All that the first node wrote, commit by commit.</summary>
    public IReadOnlyList<IReadOnlyList<StoreWrite>> Written => _written;

    /// <summary>Payloads of one kind.</summary>
    public IEnumerable<byte[]> Payloads(MessageType type, ProtocolKind? protocol = null, byte? round = null) => Messages(type, protocol, round).Select(message => message.Payload.ToArray());

    public IEnumerable<SentMessage> Messages(MessageType type, ProtocolKind? protocol = null, byte? round = null) => _messages
        .Where(message => message.Type == type && (protocol is null || message.Session.Terms.Protocol == protocol) && (round is null || message.Round == round));

    public override NodeEffect? Bend(SimulatedNode node, NodeEffect effect)
    {
        if (_tap!.Watch(node, effect) is { } message)
            _messages.Add(message);
        switch (effect)
        {
            case NodeEffect.SealShares seal when node.Nid == _first:
                _sealing.Enqueue(seal.Shares);
                break;
            case NodeEffect.Commit commit when node.Nid == _first:
                _written.Add([.. Sealed(commit), .. commit.Writes]);
                break;
            case NodeEffect.SendFrame send:
                _frames.Add(send.Frame);
                break;
            case NodeEffect.CallPeer call:
                _calls.Add(call.Body);
                break;
            case NodeEffect.AnswerPeer answer:
                _replies.Add(answer.Reply);
                break;
        }
        return effect;
    }

    /// <summary>As the host writes them: here under no real seal.</summary>
    private IEnumerable<StoreWrite> Sealed(NodeEffect.Commit commit) => commit.Shares is null
        ? []
        : _sealing.Dequeue().Select(share => new StoreWrite.PutSealedShare(share.Key, share.Generation, (byte[])[1, 0, 0, 0, 1, .. new byte[72]]));

    /// <summary>A few of each kind, short ones first: a thousand alike teach a mutator nothing.</summary>
    public static IEnumerable<byte[]> Some(IEnumerable<byte[]> seeds, int most = 6) => seeds.OrderBy(seed => seed.Length).GroupBy(seed => seed.Length).SelectMany(same => same.Take(2)).Take(most);
}
