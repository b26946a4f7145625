using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Cheats;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Promises;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Histories;

/// <summary>Shows every promise what the honest nodes do, and lets the cheat have its way with what the cheater does.</summary>
public sealed class Observer : IDisposable
{
    private readonly World _world;
    private readonly SessionTap _tap;
    private readonly Questions _questions;
    private readonly IReadOnlyList<Promise> _promises;

    public Observer(World world)
    {
        _world = world;
        _tap = new(world.Identities);
        _questions = new(world.Identities);
        _promises =
        [
            new NoShareBeforeTheDecision(world, _questions), new DurableBeforeItLeaves(world), new ANonceAnswersOnce(world, _questions),
            new MaterialOfOneProcess(world), new OneKeyOneDigest(world), new AnswersHold(world), new AnsweredInTime(world),
            new LogIsAChain(world), new NobodyIsBlamedFalsely(world), new OneTranscript(world), new NoNodeStops(world), new AllOrNothing(world),
            new OneCertificate(world), new OneEnd(world), new NoAttemptBesideAnother(world), new SharesInUse(world), new GenerationsFit(world), new ASessionIsRunOnce(world),
            new EvidenceConvicts(world),
            new LiesAreJudged(world), new HonestSetupsLive(world), new FewerThanTLearnNothing(world), new TablesAreBounded(world),
        ];
    }

    /// <summary>By whose cheat it is.</summary>
    public Dictionary<NodeId, ICheat> Cheats { get; } = [];

    /// <summary>To be told when a client has its answer.</summary>
    public Action<NodeEffect.AnswerClient>? Answering { get; set; }

    public void Drew(SimulatedNode node, ReadOnlyMemory<byte> bytes) => _tap.Drew(node.Nid, bytes);

    public void Computes(SimulatedNode node, Work work)
    {
        if (Cheats.TryGetValue(node.Nid, out var cheat))
            cheat.Computes(work);
    }

    /// <summary>What is done in the effect's place; null for nothing.</summary>
    public NodeEffect? See(SimulatedNode node, NodeEffect effect)
    {
        var sent = _tap.Watch(node, effect);
        _world.Chronicle.Write(_world.Cluster.Time.Now, node, effect, sent);
        if (sent is not null)
            Saw(sent);
        if (effect is NodeEffect.AnswerClient answer)
            Answering?.Invoke(answer);
        if (Cheats.TryGetValue(node.Nid, out var cheat))
            return cheat.Bend(effect, sent);
        foreach (var promise in _promises)
            promise.OnEffect(node, effect);
        return effect;
    }

    /// <summary>A message as it was sent, or as the cheat sends it besides.</summary>
    public void Saw(SentMessage sent)
    {
        if (sent.Type is MessageType.FrostRequest or MessageType.OnlineRequest)
            _questions.Asked(sent);
        foreach (var cheat in Cheats.Values)
            cheat.Saw(sent);
        if (_world.IsCheater(sent.Sender.Nid))
            return;
        foreach (var promise in _promises)
            promise.OnSent(sent);
    }

    /// <summary>A cheater's question, as it is put in place of its own machine's.</summary>
    public void Asks(SentMessage question) => _questions.Asked(question);

    public void Answered(Ask ask, ClientReply reply)
    {
        if (_world.IsCheater(ask.Node.Nid))
            return;
        foreach (var promise in _promises)
            promise.OnAnswered(ask, reply);
    }

    public void AtEnd()
    {
        foreach (var promise in _promises)
            promise.AtEnd();
    }

    public void Dispose()
    {
        foreach (var cheat in Cheats.Values)
            cheat.Dispose();
        _tap.Dispose();
    }
}
