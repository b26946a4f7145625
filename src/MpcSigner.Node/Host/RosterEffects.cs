using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Rosters;
using MpcSigner.Node.Peers;
using MpcSigner.Node.Services;

namespace MpcSigner.Node.Host;

/// <summary>Another roster is in force: who may come in, and where peers are, follows it at once.</summary>
internal sealed class RosterEffects(Roster first, Door door, PeerChannels channels)
{
    private volatile Roster _current = first;

    /// <summary>In force here now.</summary>
    public Roster Current => _current;

    public void Adopt(Roster roster)
    {
        _current = roster;
        door.Adopt(roster);
        channels.Adopt(roster);
    }
}
