using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Cryptography.Statements;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>A coordinator in the test's hands: its questions are held back, and any other may be put in their place, sealed as its own machine would.</summary>
internal sealed class Puppet
{
    private readonly MiniCluster _mini;
    private readonly SimulatedNode _node;
    private readonly SessionTap _tap;
    private readonly Dictionary<SessionId, SessionChannel> _channels = [];
    private readonly Dictionary<CallId, PeerReply> _replies = [];

    public Puppet(MiniCluster mini, SimulatedNode node)
    {
        _mini = mini;
        _node = node;
        _tap = new(mini.Cluster.Roster.Nodes.ToDictionary(known => known.Nid, known => Ed25519PublicKey.Decode(known.IdentityKey.Span)));
        Script = mini.Script();
        Script.Bends = Bend;
        foreach (var known in mini.Nodes)
            Started(known);
    }

    /// <summary>To be told of a node's next process, which draws anew.</summary>
    public void Started(SimulatedNode known) => known.Random.Drawn = bytes => _tap.Drew(known.Nid, bytes);

    public ScriptedTraffic Script { get; }

    /// <summary>Questions that were held back, with their calls.</summary>
    public List<(SentMessage Message, NodeEffect.CallPeer Call)> Held { get; } = [];

    /// <summary>Hold questions back; else they go out.</summary>
    public bool Holds { get; set; } = true;

    /// <summary>What the node says instead of its own messages.</summary>
    public Bending? Bends { get; set; }

    /// <summary>What the node says in any session instead of this message; null for the message itself.</summary>
    public Func<SentMessage, byte[]?>? Rewrites { get; set; }

    /// <summary>What the node does not do: an effect, with the message that it sends if it sends one.</summary>
    public Func<NodeEffect, SentMessage?, bool>? Withholds { get; set; }

    internal delegate byte[] Bending(MessageType type, ReadOnlySpan<byte> payload);

    /// <summary>What the node says instead of M0 to M4, by their number.</summary>
    public PairBending? BendsSetup { get; set; }

    internal delegate byte[] PairBending(byte number, ReadOnlySpan<byte> payload);

    /// <summary>Puts a question in a held one's session, and gives what the signer says.</summary>
    public PeerReply Ask(SentMessage held, PeerCall.PartialSign call, SignedRequest request, ReadOnlySpan<byte> payload, SimulatedNode? from = null)
    {
        var envelope = _channels[held.Session.Terms.Session].Seal(held.Type, 0, held.Session.PidOf(held.Recipient).Value, payload);
        return Send(held.Recipient, call with { Request = request, Envelope = envelope }, from);
    }

    /// <summary>The same without waiting.</summary>
    public void Throw(SentMessage held, PeerCall.PartialSign call, SignedRequest request, ReadOnlySpan<byte> payload)
    {
        var envelope = _channels[held.Session.Terms.Session].Seal(held.Type, 0, held.Session.PidOf(held.Recipient).Value, payload);
        _mini.Cluster.CallAside(_node, held.Recipient, call with { Request = request, Envelope = envelope }, TimeSpan.FromSeconds(5));
    }

    /// <summary>Sends a call as it is.</summary>
    public PeerReply Send(NodeId signer, PeerCall.PartialSign call, SimulatedNode? from = null)
    {
        var id = _mini.Cluster.NextCall;
        _mini.Cluster.CallAside(from ?? _node, signer, call, TimeSpan.FromSeconds(5));
        Assert.True(_mini.Cluster.Time.RunUntil(() => _replies.ContainsKey(id), TimeSpan.FromSeconds(5)), "no reply");
        return _replies[id];
    }

    /// <summary>The bookings that go with a question: the coordinator's own, over whatever request it likes.</summary>
    public IReadOnlyList<BookingAck> Book(SignedRequest request, string idempotencyKey)
    {
        var scope = RequestStatements.BookingScope(BookingRow.IdempotencyKind, request.Client, idempotencyKey);
        var value = new Digest32(System.Security.Cryptography.SHA256.HashData(request.Body.Span));
        return [new(_node.Nid, _node.Identity.Sign(RequestStatements.Booking(_mini.Cluster.Roster.Cluster, BookingRow.IdempotencyKind, scope, value, _node.Nid)))];
    }

    /// <summary>What a held question asks.</summary>
    public static SigningAsk AskOf(SentMessage held)
    {
        Assert.True(SigningAsk.TryDecode(held.Payload.Span, out var ask));
        return ask;
    }

    private NodeEffect? Bend(SimulatedNode node, NodeEffect effect)
    {
        if (effect is NodeEffect.AnswerPeer answer)
            _replies[answer.Call] = answer.Reply;
        var sent = _tap.Watch(node, effect);
        if (node == _node && Withholds?.Invoke(effect, sent) == true)
            return null;
        if (sent is null || node != _node)
            return effect;
        var channel = ChannelOf(sent);
        if (Holds && effect is NodeEffect.CallPeer call)
        {
            Held.Add((sent, call));
            return null;
        }
        var said = sent.Session.Terms.Protocol == ProtocolKind.PairSetup
            ? BendsSetup?.Invoke(sent.Round, sent.Payload.Span)
            : Bends?.Invoke(sent.Type, sent.Payload.Span) ?? Rewrites?.Invoke(sent);
        var envelope = channel.Seal(sent.Type, sent.Round, sent.Session.NumberOf(sent.Recipient), said ?? sent.Payload.Span);
        return effect switch
        {
            NodeEffect.SendFrame send => send with { Frame = new SessionFrame.Envelope(envelope) },
            NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned } => new NodeEffect.AnswerPeer(((NodeEffect.AnswerPeer)effect).Call, new PeerReply.PartiallySigned(envelope)),
            NodeEffect.CallPeer { Body: PeerCall.PartialSign question } asked => asked with { Body = question with { Envelope = envelope } },
            _ => effect,
        };
    }

    private SessionChannel ChannelOf(SentMessage sent)
    {
        if (!_channels.TryGetValue(sent.Session.Terms.Session, out var channel))
            _channels.Add(sent.Session.Terms.Session, channel = sent.Session.OpenChannel(_node.Nid));
        return channel;
    }
}
