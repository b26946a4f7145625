using System.Buffers.Binary;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.KeyAgreement;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Sessions;

/// <summary>A session that this node takes part in, as its host sees it: with the node's own ephemeral key in hand, it reads what the node says and hears, and speaks for it.</summary>
internal sealed class OwnSession(SessionTerms terms, IReadOnlyList<(PartyId Pid, NodeId Nid)> parties, NodeId self, Join initiator) : IDisposable
{
    private const int NonceSize = 12;

    private Join? _own;
    private X25519KeyPair? _ephemeral;
    private SessionKeys? _said;
    private SessionChannel? _channel;

    public SessionTerms Terms { get; } = terms;

    public IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties { get; } = parties;

    public NodeId Self { get; } = self;

    public PartyId SelfPid => PidOf(Self);

    /// <summary>The START that was said or heard first; empty before.</summary>
    public ReadOnlyMemory<byte> Start { get; set; }

    public IEnumerable<NodeId> Peers => Parties.Select(party => party.Nid).Where(nid => nid != Self);

    public bool IsInitiator => Terms.Initiator == Self;

    public Join Own => _own ?? throw new InvalidOperationException("the node has not joined yet");

    public PartyId PidOf(NodeId nid) => Parties.First(party => party.Nid == nid).Pid;

    /// <summary>As envelopes name a party: in a pair setup everybody is 0 (spec §4.2).</summary>
    public ushort NumberOf(NodeId nid) => Terms.Protocol == ProtocolKind.PairSetup ? (ushort)0 : PidOf(nid).Value;

    public NodeId PeerOf(ushort number) => Terms.Protocol == ProtocolKind.PairSetup ? Peers.Single() : Parties.First(party => party.Pid.Value == number).Nid;

    public void Join(Join own, X25519KeyPair ephemeral) => (_own, _ephemeral) = (own, ephemeral);

    /// <summary>The joins as the initiator spreads them. Whether they are in order is the machine's to say: nothing is known of a session where they are not.</summary>
    public void Assemble(IReadOnlyCollection<SignedJoin> joins, IReadOnlyDictionary<NodeId, Ed25519PublicKey> identities)
    {
        if (_channel is not null || _ephemeral is null || !JoinSet.TryAssemble(Own, Parties.Select(party => party.Nid).Append(initiator.Nid), joins, identities, out var set, out _)
            || !SessionKeys.TryDerive(set, Self, _ephemeral, out _said, out _) || !SessionKeys.TryDerive(set, Self, _ephemeral, out var keys, out _))
            return;
        _channel = new(keys, Terms.Protocol == ProtocolKind.PairSetup ? [] : [.. Parties]);
    }

    public bool HasKeys => _channel is not null;

    /// <summary>Opens an envelope that this node's own machine has sealed.</summary>
    public byte[] ReadOwn(NodeId to, EnvelopeHeader header, ReadOnlySpan<byte> envelope)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        nonce.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(nonce[8..], header.Sequence);
        var payload = new byte[envelope.Length - EnvelopeHeader.Size - SessionKeys.TagSize];
        _said!.SendingTo(to).Decrypt(nonce, envelope.Slice(EnvelopeHeader.Size, payload.Length), envelope[^SessionKeys.TagSize..], payload, envelope[..EnvelopeHeader.Size]);
        return payload;
    }

    /// <summary>Opens an envelope of another's; empty where it does not open or waits for a lower number.</summary>
    public IReadOnlyList<OpenedMessage> Hear(ReadOnlySpan<byte> envelope) => _channel?.Open(envelope) is Opening.Opened opened ? opened.Messages : [];

    /// <summary>Seals in the node's name. Everything that the node says goes through here, so numbers stay in order whatever is changed, added or kept.</summary>
    public byte[] Seal(NodeId to, MessageType type, byte round, ReadOnlySpan<byte> payload) => _channel!.Seal(type, round, NumberOf(to), payload);

    public void Dispose()
    {
        _ephemeral?.Dispose();
        _said?.Dispose();
        _channel?.Dispose();
    }
}

/// <summary>A message of a session, opened.</summary>
/// <param name="From">This node itself, where it is about to leave.</param>
internal sealed record SessionMessage(OwnSession Session, NodeId From, NodeId To, MessageType Type, byte Round, byte[] Payload)
{
    public ProtocolKind Protocol => Session.Terms.Protocol;
}
