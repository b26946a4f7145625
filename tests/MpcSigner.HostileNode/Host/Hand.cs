using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Pairs;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Dkls23.Setup;

namespace MpcSigner.HostileNode.Host;

/// <summary>What a cheat works with: the node's identity, its sessions, and ways to do more than the machine wants.</summary>
internal sealed class Hand(
    NodeId self, IIdentitySigner signer, IReadOnlyDictionary<NodeId, Ed25519PublicKey> identities, IRandomSource random, RememberedDraws draws, SessionWatch sessions, OwnKeys keys,
    PairBook pairs, CheatFile file)
{
    /// <summary>Tokens and streams of the host's own lie above all that the machine will ever number.</summary>
    private const ulong FirstAside = 1UL << 62;

    private readonly Dictionary<Token, Action<NodeEvent>> _answers = [];
    private readonly Dictionary<StreamId, Action<NodeEvent>> _streams = [];
    private readonly List<NodeEffect> _aside = [];
    private ulong _next = FirstAside + 1;

    public NodeId Self => self;

    public IIdentitySigner Signer => signer;

    public IReadOnlyDictionary<NodeId, Ed25519PublicKey> Identities => identities;

    public IRandomSource Random => random;

    public RememberedDraws Draws => draws;

    public SessionWatch Sessions => sessions;

    public OwnKeys Keys => keys;

    /// <summary>What the test says besides the cheat's name.</summary>
    public string Argument => file.Argument;

    /// <summary>Whether the cheat of this step is still the one that is asked for.</summary>
    public bool IsWanted => file.IsCheating;

    public PairBook Pairs => pairs;

    /// <summary>The node's own setup with a peer, with all that is in it.</summary>
    public PairSetup SetupWith(NodeId peer) => pairs.Find(peer) ?? throw new InvalidOperationException("there is no setup in use with that node");

    /// <summary>Tells the test that the cheat has been done, and how.</summary>
    public void Done(string what) => file.Done(what);

    /// <summary>The effect with another payload in its envelope, sealed as the node's own.</summary>
    public static NodeEffect Say(NodeEffect effect, SessionMessage said, ReadOnlySpan<byte> payload)
    {
        var envelope = said.Session.Seal(said.To, said.Type, said.Round, payload);
        return effect switch
        {
            NodeEffect.SendFrame send => send with { Frame = new SessionFrame.Envelope(envelope) },
            NodeEffect.CallPeer { Body: PeerCall.PartialSign ask } call => call with { Body = ask with { Envelope = envelope } },
            NodeEffect.AnswerPeer answer => answer with { Reply = new PeerReply.PartiallySigned(envelope) },
            _ => throw new InvalidOperationException($"{effect.GetType().Name} says nothing"),
        };
    }

    /// <summary>Effects to be done after those of this step.</summary>
    public void Do(params IEnumerable<NodeEffect> effects) => _aside.AddRange(effects);

    public void After(TimeSpan time, Action then)
    {
        var token = new Token(_next);
        _next += 2;
        _answers.Add(token, _ => then());
        Do(new NodeEffect.StartTimer(token, time));
    }

    /// <summary>A call that the machine knows nothing of.</summary>
    /// <param name="answered">PeerAnswered or PeerCallFailed.</param>
    public void Call(NodeId peer, PeerCall body, Action<NodeEvent> answered)
    {
        var token = new Token(_next);
        _next += 2;
        _answers.Add(token, answered);
        Do(new NodeEffect.CallPeer(token, peer, body, TimeSpan.FromSeconds(5)));
    }

    /// <summary>A stream that the machine knows nothing of.</summary>
    /// <param name="happened">FrameReceived or StreamClosed.</param>
    public StreamId Open(NodeId peer, Action<NodeEvent> happened)
    {
        var stream = new StreamId(_next);
        _next += 2;
        _streams.Add(stream, happened);
        Do(new NodeEffect.OpenStream(stream, peer));
        return stream;
    }

    /// <summary>Takes what belongs to the host's own calls, streams and timers.</summary>
    public bool Takes(NodeEvent happened)
    {
        var answer = happened switch
        {
            NodeEvent.PeerAnswered answered => _answers.GetValueOrDefault(answered.Token),
            NodeEvent.PeerCallFailed failed => _answers.GetValueOrDefault(failed.Token),
            NodeEvent.TimerFired fired => _answers.GetValueOrDefault(fired.Token),
            NodeEvent.FrameReceived received => _streams.GetValueOrDefault(received.Stream),
            NodeEvent.StreamClosed closed => _streams.GetValueOrDefault(closed.Stream),
            _ => null,
        };
        answer?.Invoke(happened);
        return answer is not null;
    }

    /// <summary>What was to be done beside the machine's effects.</summary>
    public IReadOnlyList<NodeEffect> TakeAside()
    {
        NodeEffect[] aside = [.. _aside];
        _aside.Clear();
        return aside;
    }
}
