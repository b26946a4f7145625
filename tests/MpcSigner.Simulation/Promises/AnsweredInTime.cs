using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Requests;
using MpcSigner.Simulation.Histories;

namespace MpcSigner.Simulation.Promises;

/// <summary>Every call is answered within the node's own deadline, whatever the network does: with the result or with a precise reason.</summary>
public sealed class AnsweredInTime(World world) : Promise(world)
{
    /// <summary>What may follow the deadline: the flushes of the end, and asking the other nodes for their reasons.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(4);

    public override string Name => "P8_Every_call_is_answered_in_time";

    public override void OnAnswered(Ask ask, ClientReply reply)
    {
        var settings = World.Cluster.Settings;
        var deadline = ask.Body.Action is RequestAction.CreateKeys creation
            ? settings.CreationDeadline + creation.Count * settings.CreationPerKey + settings.ActivationGrace
            : settings.SigningDeadline;
        var took = World.Cluster.Time.Now - ask.At;
        Require(took <= deadline + Grace, $"{ask} was answered after {took.TotalSeconds:0.0} s");
        if (reply is ClientReply.Refused refused)
            Require(refused.Error is { Message.Length: > 0, NextStep.Length: > 0 }, $"{ask} was refused without a reason or a next step");
    }
}
