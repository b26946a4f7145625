using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Cheats.Lies;

/// <summary>A party that plays by its machine but for one lie, told in some of its sessions: to one victim, or to all the same.</summary>
/// <param name="name">What the lies' own bits are drawn from.</param>
public sealed class LyingParty(World world, SimulatedNode cheater, Observer observer, Lie lie, SeededSource random, string name) : ICheat
{
    /// <summary>Two of three sessions that it could lie in.</summary>
    private const int Sessions = 3;
    private const int Told = 2;

    private readonly Voices _voices = new(cheater.Nid);
    private readonly Heard _heard = new(cheater.Nid);
    private readonly Dictionary<SessionId, (bool Lies, NodeId Victim)> _sessions = [];

    public void Computes(Work work)
    {
    }

    public void Saw(SentMessage message) => _heard.Note(message);

    public NodeEffect? Bend(NodeEffect effect, SentMessage? sent) =>
        sent is null ? effect : _voices.Say(effect, sent, IsHere(sent) && Tell(sent) is { } payload ? payload : sent.Payload.Span);

    private bool IsHere(SentMessage sent)
    {
        if (!lie.Fits(sent.Session.Terms.Protocol, sent.Type, sent.Round))
            return false;
        var session = sent.Session.Terms.Session;
        if (!_sessions.TryGetValue(session, out var plan))
        {
            NodeId[] others = [.. sent.Session.Parties.Select(party => party.Nid).Where(nid => nid != cheater.Nid)];
            _sessions.Add(session, plan = (random.Below(Sessions) < Told, others[random.Below(others.Length)]));
        }
        return plan.Lies && (!lie.OneVictim || plan.Victim == sent.Recipient);
    }

    private byte[]? Tell(SentMessage sent)
    {
        var draft = new Draft(sent, _heard, new($"{name}/{sent.Session.Terms.Session}"));
        if (sent.Round != lie.Round)
            return lie.Before!(draft);
        var payload = lie.Tell(draft);
        if (payload is null || sent.Payload.Span.SequenceEqual(payload))
            return null;
        world.Chronicle.Write(world.Cluster.Time.Now, cheater.Roster.Name, $"lies to {sent.Session.PidOf(sent.Recipient)}: {lie.Row}");
        if (sent.Type is MessageType.FrostRequest or MessageType.OnlineRequest)
            observer.Asks(sent with { Payload = payload });
        world.Lies.Add(new(lie, cheater, sent.Recipient, sent.Session.Terms));
        return payload;
    }

    public void Dispose() => _voices.Dispose();
}
