using MpcSigner.Cluster.Tests.Crash;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>What befalls a node when a message has come to a relay.</summary>
internal enum Blow
{
    /// <summary>Killed, and the message is lost: what it says was durable at its sender, and nobody has heard it.</summary>
    KillBefore,

    /// <summary>The message goes on and its receiver is killed: somewhere between hearing it and making durable what follows.</summary>
    KillAfter,

    /// <summary>The message is lost, and coordinator and participant hear nothing of each other for a while; everybody lives.</summary>
    Cut,
}

/// <summary>A message of a protocol on one leg of its way, and what happens there.</summary>
/// <param name="From">Name of the node that says it.</param>
/// <param name="To">Name of the node that it is for.</param>
/// <param name="ToCallee">At the relay before its receiver; else at the one before its sender.</param>
/// <param name="Victim">Who is killed; of a cut the participant.</param>
internal sealed record Moment(MessageType Type, byte Round, string From, string To, bool ToCallee, Blow Blow, string Victim)
{
    /// <summary>The node whose relay sees it.</summary>
    public string Relay => ToCallee ? To : From;

    public bool IsOf(RelayedEnvelope envelope) =>
        (envelope.Header.Type, envelope.Header.Round, envelope.From, envelope.To, envelope.ToCallee) == (Type, Round, From, To, ToCallee);

    /// <summary>All moments of a message that is sent to and fro among three.</summary>
    /// <remarks>
    /// Each message loses its sender before anybody has heard it, its receiver in the middle of what follows from it, and, where it goes over the coordinator, the coordinator with the message in
    /// hand. A message between participants is cut on its second leg: sender and coordinator think that all is well.
    /// </remarks>
    public static IEnumerable<Moment> Of(string coordinator, MessageType type, byte round, IEnumerable<(string From, string To)> ways)
    {
        foreach (var (from, to) in ways)
        {
            var fromCoordinator = from == coordinator;
            yield return new(type, round, from, to, ToCallee: fromCoordinator, Blow.KillBefore, from);
            if (!fromCoordinator && to != coordinator)
                yield return new(type, round, from, to, ToCallee: true, Blow.KillBefore, coordinator);
            yield return new(type, round, from, to, ToCallee: to != coordinator, Blow.KillAfter, to);
            yield return new(type, round, from, to, ToCallee: to != coordinator, Blow.Cut, to != coordinator ? to : from);
        }
    }

    public override string ToString() => $"{Type}{(Round > 0 ? $" {Round}" : "")} of {From} to {To}, {(ToCallee ? "at its receiver" : "at its sender")}: {Blow} {Victim}";
}
