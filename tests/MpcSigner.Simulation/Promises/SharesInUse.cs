using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Promises;

/// <summary>Only the share in use is ever opened; old shares stay until the new ones are everywhere; two generations of a key are never in use at one node.</summary>
public sealed class SharesInUse(World world) : Promise(world)
{
    /// <summary>A slow flush, and a slow look at the disk.</summary>
    private static readonly TimeSpan AMoment = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(NodeId, KeyId), TimeSpan> _switched = [];

    public override string Name => "P10_Only_shares_in_use_are_used";

    public override void OnEffect(SimulatedNode node, NodeEffect effect)
    {
        switch (effect)
        {
            case NodeEffect.LoadShare load:
                var row = node.Store.Keys.FirstOrDefault(key => key.Record.KeyId == load.Key && key.Record.Generation == load.Generation);
                Require(row is null or { State: KeyState.Active or KeyState.Retired }, $"{node.Roster.Name} opens its share of generation {load.Generation}, which is {row?.State}");
                Require(row?.State != KeyState.Retired || IsUnderWay(node, row), $"{node.Roster.Name} opens its share of generation {load.Generation}, which is out of use");
                break;
            case NodeEffect.Commit commit:
                foreach (var erase in commit.Writes.OfType<StoreWrite.EraseOldShares>())
                    RequireNewEverywhere(node, erase);
                foreach (var activated in commit.Writes.OfType<StoreWrite.ActivateMaintenance>().SelectMany(write => write.Certificates))
                    _switched[(node.Nid, activated.Key)] = World.Cluster.Time.Now;
                RequireOneInUse(node);
                break;
        }
    }

    public override void OnSent(SentMessage message)
    {
        if (message.Type is not (MessageType.FrostShare or MessageType.OnlineReply))
            return;
        var row = message.Sender.Store.Keys.FirstOrDefault(key => key.RecordHash == message.Session.Terms.Subject);
        // A share that was on its way when the new generation came into use is of the old one wholly, like those it is added to.
        Require(row is { State: KeyState.Active or KeyState.Retired or KeyState.Erased }, $"{message.Sender.Roster.Name} signs with a share of a generation that is {row?.State.ToString() ?? "not there"}");
    }

    /// <summary>The row was read before the new generation came into use, in this very moment.</summary>
    private bool IsUnderWay(SimulatedNode node, KeyRow row) =>
        World.Cluster.Time.Now - _switched.GetValueOrDefault((node.Nid, row.Record.KeyId), TimeSpan.MinValue / 2) < AMoment;

    private void RequireNewEverywhere(SimulatedNode node, StoreWrite.EraseOldShares erase)
    {
        if (World.Ended.Contains((node.Nid, erase.Order)))
            return; // on administrators' order
        foreach (var key in node.Store.Keys.Where(key => key.Order == erase.Order))
        {
            foreach (var party in key.Record.Parties.Where(party => !World.IsCheater(party.Nid) && !World.WentBack.Contains(party.Nid)))
            {
                var theirs = World.Cluster.Node(party.Nid).Store.Keys.FirstOrDefault(row => row.Record.KeyId == key.Record.KeyId && row.RecordHash == key.RecordHash);
                Require(theirs is { State: KeyState.Active or KeyState.Retired or KeyState.Erased },
                    $"{node.Roster.Name} erases its share of the generation before {key.Record.Generation}, which is {theirs?.State.ToString() ?? "not there"} at {NameOf(party.Nid)}");
            }
        }
    }

    private void RequireOneInUse(SimulatedNode node)
    {
        foreach (var key in node.Store.Keys.Where(key => key.State == KeyState.Active).GroupBy(key => key.Record.KeyId))
            Require(key.Count() == 1, $"{node.Roster.Name} has {key.Count()} generations of {key.Key} in use");
    }
}
