using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Cheats;

/// <summary>
/// A coordinator that asks each co-signer a second time on the same material, with another commitment of its own: two answers under one nonce
/// would be two equations in which only the co-signer's nonce and key share are unknown.
/// </summary>
public sealed class CoordinatorAsksTwice(World world, SimulatedNode cheater, Observer observer, SeededSource random) : ICheat
{
    private readonly Voices _voices = new(cheater.Nid);

    public void Computes(Work work)
    {
    }

    public void Saw(SentMessage message)
    {
    }

    public NodeEffect? Bend(NodeEffect effect, SentMessage? sent)
    {
        if (sent is null)
            return effect;
        switch (effect)
        {
            case NodeEffect.SendFrame send:
                return send with { Frame = _voices.Say(sent, sent.Payload.Span) };
            case NodeEffect.CallPeer { Body: PeerCall.PartialSign ask } call:
                // At once, or a little later: before the first answer is logged, or after.
                var life = cheater.Life;
                world.Cluster.Time.After(TimeSpan.FromMilliseconds(random.Below(3) * 10), () =>
                {
                    if (cheater.Life == life)
                        AskAgain(call, ask, sent);
                });
                return call with { Body = ask with { Envelope = _voices.Say(sent, sent.Payload.Span).Bytes } };
            case NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned } answer:
                return answer with { Reply = new PeerReply.PartiallySigned(_voices.Say(sent, sent.Payload.Span).Bytes) };
            default:
                return effect;
        }
    }

    private void AskAgain(NodeEffect.CallPeer call, PeerCall.PartialSign question, SentMessage first)
    {
        if (!SigningAsk.TryDecode(first.Payload.Span, out var ask))
            throw new TapException("the cheater's own question is malformed");
        var other = first.Type == MessageType.OnlineRequest ? Reworded(ask.Request) : WithOtherNonces(first, ask.Request);
        var second = first with { Payload = new SigningAsk(other, ask.Acks).Encode() };
        world.Chronicle.Write(world.Cluster.Time.Now, cheater.Roster.Name, $"asks {first.Session.PidOf(first.Recipient)} a second time");
        observer.Saw(second);
        world.Cluster.CallAside(cheater, call.Peer, question with { Envelope = _voices.Say(second, second.Payload.Span).Bytes }, call.Timeout);
    }

    /// <summary>The same presignature under another rerandomiser: two answers are two equations in the same unknowns.</summary>
    private byte[] Reworded(ReadOnlyMemory<byte> asked) => OnlineRequest.TryDecode(asked.Span, out var request)
        ? (request with { Osid = new(random.Bytes(Bytes32.Size)), Entropy = new(random.Bytes(Bytes32.Size)) }).Encode()
        : throw new TapException("the cheater's own question is malformed");

    private byte[] WithOtherNonces(SentMessage first, ReadOnlyMemory<byte> asked)
    {
        var record = cheater.Store.Keys.First(key => key.RecordHash == first.Session.Terms.Subject).Record;
        if (!FrostRequest.TryDecode(record, first.Session.Terms.Subject, asked.Span, out var request, out _))
            throw new TapException("the cheater's own question is malformed");
        var self = first.Session.PidOf(cheater.Nid);
        using var share = cheater.Store.OpenShare(record.KeyId, record.Generation)!;
        using var fresh = FrostNonces.Generate(record, self, share, cheater.Nid, random);
        return (request with
        {
            Osid = new Bytes32(random.Bytes(Bytes32.Size)),
            Commitments = [.. request.Commitments.Select(commitment => commitment.Signer == self ? fresh.Commitment : commitment)],
        }).Encode();
    }

    public void Dispose() => _voices.Dispose();
}
