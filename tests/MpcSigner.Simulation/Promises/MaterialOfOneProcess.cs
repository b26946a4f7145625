using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Promises;

/// <summary>A share leaves only from the process that made its material, for the newest process that its node knows of the coordinator it was made for.</summary>
public sealed class MaterialOfOneProcess(World world) : Promise(world)
{
    public override string Name => "P4_Material_belongs_to_one_process";

    public override void OnSent(SentMessage message)
    {
        if (message.Type is not (MessageType.FrostShare or MessageType.OnlineReply))
            return;
        var signer = message.Sender;
        Require(message.Session.InstanceOf(signer.Nid) == signer.Instance, $"{signer.Roster.Name} answers with material of a former process of its own");
        Require(signer.Store.NewestOf(message.Recipient) is not { } newest || message.Session.InstanceOf(message.Recipient) == newest,
            $"{signer.Roster.Name} answers a former process of {NameOf(message.Recipient)}");
    }
}
