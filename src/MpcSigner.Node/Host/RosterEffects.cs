using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Rosters;
using MpcSigner.Node.Peers;
using MpcSigner.Node.Services;

namespace MpcSigner.Node.Host;

/// <summary>Another roster is in force: who may come in, and where peers are, follows it at once.</summary>
internal sealed class RosterEffects(Door door, PeerChannels channels)
{
    public void Adopt(Roster roster)
    {
        door.Adopt(roster);
        channels.Adopt(roster);
    }
}
