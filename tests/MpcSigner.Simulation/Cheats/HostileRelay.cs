using MpcSigner.Coordination.Boundary;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Cheats;

/// <summary>What a coordinator does to the envelopes that it relays (T28).</summary>
public enum RelayTrick
{
    Drop = 1,
    Reorder = 2,
    Duplicate = 3,

    /// <summary>An envelope of another session takes its place, or comes beside it.</summary>
    Swap = 4,

    /// <summary>An envelope of an earlier round comes again.</summary>
    Replay = 5,
    Delay = 6,

    /// <summary>It comes under another sender's name.</summary>
    Forge = 7,
}

/// <summary>A coordinator that relays otherwise than it should; envelopes are sealed, so this is all that it can do to them.</summary>
public sealed class HostileRelay(World world, SimulatedNode cheater, RelayTrick trick, SeededSource random) : ICheat
{
    private const int MaxKept = 256;

    private readonly List<NodeEffect.SendFrame> _relayed = [];
    private readonly Dictionary<StreamId, NodeEffect.SendFrame> _held = [];
    private int _life;

    public void Computes(Work work)
    {
    }

    public void Saw(SentMessage message)
    {
    }

    public NodeEffect? Bend(NodeEffect effect, SentMessage? sent)
    {
        if (_life != cheater.Life)
        {
            // Streams are numbered anew by every process.
            _held.Clear();
            _relayed.Clear();
            _life = cheater.Life;
        }
        if (sent is not null || effect is not NodeEffect.SendFrame { Frame: SessionFrame.Envelope envelope } send
            || !EnvelopeHeader.TryRead(envelope.Bytes.Span, out var header))
            return effect;
        var done = random.Below(3) == 0 ? Play(send, envelope, header) : send;
        if (_relayed.Count < MaxKept)
            _relayed.Add(send);
        if (done is not null && _held.Remove(send.Stream, out var held))
            Later(held, 1);
        return done;
    }

    private NodeEffect.SendFrame? Play(NodeEffect.SendFrame send, SessionFrame.Envelope envelope, EnvelopeHeader header)
    {
        world.Chronicle.Write(world.Cluster.Time.Now, cheater.Roster.Name, $"as a relay: {trick} of round {header.Round} from {header.From} to {header.To}");
        switch (trick)
        {
            case RelayTrick.Drop:
                return null;
            case RelayTrick.Reorder:
                if (!_held.TryAdd(send.Stream, send))
                    return send;
                return null;
            case RelayTrick.Duplicate:
                Later(send, random.Below(50));
                return send;
            case RelayTrick.Swap when Other(header) is { } other:
                Later(send with { Frame = other.Frame }, random.Below(10));
                return random.Below(2) == 0 ? null : send;
            case RelayTrick.Replay when _relayed.Count > 0:
                Later(send with { Frame = _relayed[random.Below(_relayed.Count)].Frame }, random.Below(200));
                return send;
            case RelayTrick.Delay:
                Later(send, 100 + random.Below(3_000));
                return null;
            case RelayTrick.Forge:
                return send with { Frame = new SessionFrame.Envelope(Renamed(envelope, header)) };
            default:
                return send;
        }
    }

    private NodeEffect.SendFrame? Other(EnvelopeHeader header) => _relayed.LastOrDefault(relayed =>
        relayed.Frame is SessionFrame.Envelope other && EnvelopeHeader.TryRead(other.Bytes.Span, out var theirs) && theirs.Session != header.Session);

    private byte[] Renamed(SessionFrame.Envelope envelope, EnvelopeHeader header)
    {
        var bytes = envelope.Bytes.ToArray();
        (header with { From = (ushort)(1 + random.Below(world.Mini.Nodes.Count)) }).Write(bytes);
        return bytes;
    }

    private void Later(NodeEffect.SendFrame send, int milliseconds)
    {
        var life = cheater.Life;
        world.Cluster.Time.After(TimeSpan.FromMilliseconds(milliseconds), () =>
        {
            if (cheater.Life == life)
                world.Cluster.SendFrame(cheater, send);
        });
    }

    public void Dispose()
    {
    }
}
