namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>What befalls nodes when a message has come to a relay.</summary>
internal enum Blow
{
    /// <summary>Killed, and the message is lost: what it says was durable at its sender, and its receiver has not heard it.</summary>
    KillBefore,

    /// <summary>The message goes on and its receiver is killed: between hearing it and making durable what follows, or a moment later.</summary>
    KillAfter,

    /// <summary>All nodes are killed, and the message is lost: nobody is left who remembers more than its disk.</summary>
    KillAll,

    /// <summary>The message is lost, and coordinator and participant hear nothing of each other for a while; everybody lives.</summary>
    Cut,
}
