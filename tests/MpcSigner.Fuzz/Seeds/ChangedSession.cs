using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Fuzz.Doors;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Cheats;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Fuzz.Seeds;

/// <summary>A cluster whose first node changes a message of its own in one protocol's sessions, operation by operation.</summary>
internal sealed class ChangedSession : IEpisode
{
    private readonly ProtocolKind _protocol;
    private readonly MiniCluster _mini;
    private readonly KeyRow _key;
    private readonly SessionTap _tap;
    private readonly Voices _voices;
    private readonly List<(MessageType Type, byte Round)> _kinds = [];
    private PayloadChange? _change;
    private NodeId? _told;
    private ulong _lamports;

    public ChangedSession(ProtocolKind protocol, Suite suite)
    {
        _protocol = protocol;
        _mini = new(4, $"session {protocol}", new MachineSettings { Pools = new() { NonceLevel = 0, NonceBatch = 1, PresignatureLevel = 0, PresignBatch = 1 } }, start: false, pairsAtStart: protocol == ProtocolKind.PairSetup);
        _tap = new(_mini.Cluster.Roster.Nodes.ToDictionary(node => node.Nid, node => Ed25519PublicKey.Decode(node.IdentityKey.Span)));
        _voices = new(Liar.Nid);
        _mini.Cluster.Traffic = new Changing(this);
        foreach (var node in _mini.Nodes)
            Start(node);
        _mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        _key = _mini.CreateKeys(2, 3, usage: KeyUsage.TransactionsAndRaw, suite: suite)[0];
        if (suite == Suite.EcdsaSecp256k1)
            Wrong.If(Sign(Honest[0]) is not ClientReply.Signed, "honest nodes do not sign"); // their pair setups are made
    }

    private SimulatedNode Liar => _mini.Nodes[0];

    private SimulatedNode[] Honest => [.. _mini.Nodes.Skip(1)];

    /// <summary>Whether the message was sent.</summary>
    public bool Take(byte[] input)
    {
        if (PayloadChange.Read(input) is not { } change)
            return false;
        (_change, _told) = (change, null);
        Operate(change.Coordinates ? Liar : Honest[0]);
        _change = null;
        Check();
        return _told is not null;
    }

    /// <summary>What was begun ends, and the others sign with what they have.</summary>
    public void End()
    {
        _mini.Cluster.Time.Run(TimeSpan.FromSeconds(60));
        Check();
        var signed = Sign(Honest[0]);
        Wrong.If(signed is not ClientReply.Signed, $"honest nodes do not sign any more: {(signed as ClientReply.Refused)?.Error}");
        Check();
    }

    public void Dispose()
    {
        _voices.Dispose();
        _tap.Dispose();
        _mini.Dispose();
    }

    private void Start(SimulatedNode node)
    {
        node.Start();
        node.Random.Drawn = bytes => _tap.Drew(node.Nid, bytes);
    }

    private void Check()
    {
        Wrong.If(!_mini.IsSound, $"a node halted: {string.Join("; ", _mini.Nodes.Select(node => node.HaltReason).OfType<string>())}");
        var blamed = Honest.SelectMany(node => node.Observations).OfType<Observation.PeerBlamed>().FirstOrDefault(blame => blame.Peer != Liar.Nid);
        Wrong.If(blamed is not null, $"an honest node is blamed: {blamed}");
    }

    private void Operate(SimulatedNode coordinator)
    {
        switch (_protocol)
        {
            case ProtocolKind.Dkg:
                _mini.Ask(coordinator, _mini.Sign(_mini.Creation(2, 3)));
                break;
            case ProtocolKind.PairSetup:
                Liar.Kill();
                Start(Liar);
                _mini.Cluster.Time.Run(TimeSpan.FromSeconds(6));
                break;
            case ProtocolKind.Frost or ProtocolKind.Presign:
                Sign(coordinator);
                break;
            case ProtocolKind.Refresh or ProtocolKind.Reshare or ProtocolKind.Recovery:
                _mini.Maintain(coordinator, _mini.Order(Action()));
                _mini.Cluster.Time.Run(TimeSpan.FromSeconds(20)); // what is PENDING at some is settled
                break;
        }
    }

    private ClientReply Sign(SimulatedNode coordinator) => _mini.Ask(coordinator, _mini.Sign(_key.Record.Suite == Suite.FrostEd25519
        ? _mini.Transfer(_key.Record, ++_lamports)
        : new RequestAction.Sign(_key.Record.KeyId, [], PayloadKind.Raw, _mini.Cluster.Random.Bytes(32))));

    private Core.Orders.MaintenanceAction Action()
    {
        var row = MiniCluster.RowOf(Honest[0], _key.Record.KeyId)!;
        var attempt = 1 + _mini.Nodes.SelectMany(node => node.Store.Maintenance).Select(order => order.Attempt).DefaultIfEmpty().Max();
        PartyId[] first = [.. row.Record.Parties.Take(2).Select(party => party.Pid)];
        return _protocol switch
        {
            ProtocolKind.Refresh => Administrators.Refresh([row], attempt),
            ProtocolKind.Reshare => Administrators.Reshare([row], first, 2, [.. _mini.Nodes.Select((node, i) => (new PartyId((ushort)(i + 1)), node.Nid))], attempt),
            _ => Administrators.Recover([row], first, row.Record.Parties[2].Pid, attempt),
        };
    }

    /// <summary>The message as the liar says it: kinds are numbered as they are first sent.</summary>
    private NodeEffect Say(NodeEffect effect, SentMessage sent)
    {
        if (_change is not { } change || sent.Session.Terms.Protocol != _protocol)
            return _voices.Say(effect, sent, sent.Payload.Span);
        var kind = (sent.Type, sent.Round);
        if (!_kinds.Contains(kind))
            _kinds.Add(kind);
        if (_kinds[change.Message % _kinds.Count] != kind || (change.ToOneOnly && _told is { } one && one != sent.Recipient))
            return _voices.Say(effect, sent, sent.Payload.Span);
        _told ??= sent.Recipient;
        return _voices.Say(effect, sent, change.Of(sent.Payload.Span));
    }

    private sealed class Changing(ChangedSession session) : Traffic
    {
        public override NodeEffect? Bend(SimulatedNode node, NodeEffect effect) =>
            session._tap.Watch(node, effect) is { } sent && node == session.Liar ? session.Say(effect, sent) : effect;
    }
}
