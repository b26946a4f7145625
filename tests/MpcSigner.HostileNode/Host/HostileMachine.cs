using MpcSigner.Coordination;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Node.Start;

namespace MpcSigner.HostileNode.Host;

/// <summary>A node's machine behind the cheat of the moment: what it hears passes the cheat, and so does what it does.</summary>
internal sealed class HostileMachine : IDisposable
{
    private readonly NodeMachine _machine;
    private readonly RememberedDraws _draws;
    private readonly SessionWatch _sessions;
    private readonly OwnKeys _keys = new();
    private readonly CheatFile _file;
    private readonly Hand _hand;

    public HostileMachine(NodeMachine machine, StartedNode start, RememberedDraws draws, IRandomSource random)
    {
        (_machine, _draws) = (machine, draws);
        var identities = start.Roster.Nodes.ToDictionary(node => node.Nid, node => Ed25519PublicKey.TryDecode(node.IdentityKey.Span, out var key)
            ? key
            : throw new InvalidOperationException($"the identity key of {node.Name} is none"));
        _sessions = new(start.Self.Nid, identities, draws);
        _file = new(start.Options.Directory);
        _hand = new(start.Self.Nid, start.Vault.Identity, identities, random, draws, _sessions, _keys, machine.Rooms.Pairs, _file);
    }

    public IReadOnlyList<NodeEffect> Step(NodeEvent happened, Moment now)
    {
        var cheat = _file.Current;
        List<NodeEffect> done = [];
        if (!_hand.Takes(happened))
        {
            _keys.Hears(happened);
            foreach (var message in _sessions.Hears(happened))
                cheat.Heard(message, _hand);
            var wanted = cheat.Hears(happened, _hand) is { } heard ? _draws.Stepping(() => _machine.Step(heard, now)) : [];
            foreach (var effect in wanted)
            {
                _keys.Does(effect);
                done.AddRange(cheat.Does(effect, _sessions.Says(effect), _hand));
            }
        }
        done.AddRange(_hand.TakeAside());
        return done;
    }

    public void Dispose()
    {
        _sessions.Dispose();
        _keys.Dispose();
    }
}
