using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Secrets.KeyAgreement;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Simulation.Watch;

/// <summary>One session as the simulation sees it from outside, with everybody's ephemeral keys in hand.</summary>
public sealed class TappedSession(SessionTerms terms, IReadOnlyList<(PartyId Pid, NodeId Nid)> parties) : IDisposable
{
    private readonly Dictionary<NodeId, (Join Join, X25519KeyPair Ephemeral)> _members = [];
    private readonly Dictionary<NodeId, SessionChannel> _readers = [];
    private JoinSet? _joins;

    public SessionTerms Terms { get; } = terms;

    public IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties { get; } = parties;

    /// <summary>The order in START of a key generation; null before it is sent.</summary>
    public SignedRequest? Order { get; set; }

    /// <summary>The process that joined for a member.</summary>
    public InstanceId InstanceOf(NodeId member) => _members[member].Join.Instance;

    public NodeId NidOf(ushort pid) => Parties.First(party => party.Pid.Value == pid).Nid;

    public PartyId PidOf(NodeId nid) => Parties.First(party => party.Nid == nid).Pid;

    public bool Knows(NodeId member) => _members.ContainsKey(member);

    public void Add(Join join, X25519KeyPair ephemeral) => _members.Add(join.Nid, (join, ephemeral));

    /// <summary>The joins as the initiator spreads them.</summary>
    public void Assemble(IReadOnlyCollection<SignedJoin> joins, IReadOnlyDictionary<NodeId, Ed25519PublicKey> identities)
    {
        if (_joins is not null)
            return;
        if (!JoinSet.TryAssemble(_members[Terms.Initiator].Join, Parties.Select(party => party.Nid), joins, identities, out _joins, out var refusal))
            throw new TapException($"the joins of session {Terms.Session} do not fit: {refusal.Kind}");
    }

    /// <summary>A further end of the session for one of its members: what it seals and opens is what the member's own would.</summary>
    public SessionChannel OpenChannel(NodeId member)
    {
        if (_joins is null || !SessionKeys.TryDerive(_joins, member, _members[member].Ephemeral, out var keys, out _))
            throw new TapException($"no keys of session {Terms.Session} for {member}");
        return new(keys, Terms.Protocol == ProtocolKind.PairSetup ? [] : [.. Parties]);
    }

    public IReadOnlyList<OpenedMessage> Open(NodeId recipient, ReadOnlySpan<byte> envelope)
    {
        if (!_readers.TryGetValue(recipient, out var reader))
            _readers.Add(recipient, reader = OpenChannel(recipient));
        return reader.Open(envelope) is Opening.Opened opened ? opened.Messages : throw new TapException("an envelope does not open for its recipient");
    }

    public void Dispose()
    {
        foreach (var (_, ephemeral) in _members.Values)
            ephemeral.Dispose();
        foreach (var reader in _readers.Values)
            reader.Dispose();
    }
}

/// <summary>The tap itself is wrong: no promise of the nodes is broken.</summary>
public sealed class TapException(string message) : Exception(message);
