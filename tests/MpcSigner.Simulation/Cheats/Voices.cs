using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Cheats;

/// <summary>The cheater's second end of each of its sessions: everything it says goes through here, so that numbers stay in order whatever is changed or added.</summary>
internal sealed class Voices(NodeId cheater) : IDisposable
{
    private readonly Dictionary<SessionId, SessionChannel> _channels = [];

    /// <summary>The frame with this payload, sealed as the cheater's own machine would.</summary>
    public SessionFrame.Envelope Say(TappedSession session, NodeId to, MessageType type, byte round, ReadOnlySpan<byte> payload)
    {
        if (!_channels.TryGetValue(session.Terms.Session, out var channel))
            _channels.Add(session.Terms.Session, channel = session.OpenChannel(cheater));
        return new(channel.Seal(type, round, session.NumberOf(to), payload));
    }

    public SessionFrame.Envelope Say(SentMessage message, ReadOnlySpan<byte> payload) =>
        Say(message.Session, message.Recipient, message.Type, message.Round, payload);

    /// <summary>The effect that says this payload in place of the message's own, wherever messages leave.</summary>
    public NodeEffect Say(NodeEffect effect, SentMessage message, ReadOnlySpan<byte> payload) => effect switch
    {
        NodeEffect.SendFrame send => send with { Frame = Say(message, payload) },
        NodeEffect.CallPeer { Body: PeerCall.PartialSign ask } call => call with { Body = ask with { Envelope = Say(message, payload).Bytes } },
        NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned } answer => answer with { Reply = new PeerReply.PartiallySigned(Say(message, payload).Bytes) },
        _ => effect,
    };

    public void Dispose()
    {
        foreach (var channel in _channels.Values)
            channel.Dispose();
    }
}
