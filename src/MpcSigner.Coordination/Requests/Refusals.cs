using System.Globalization;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;

namespace MpcSigner.Coordination.Requests;

/// <summary>The refusals that several rooms give, worded once.</summary>
internal static class Refusals
{
    public static ServiceError Malformed(string message) => new(Reason.MalformedRequest, message, "Build the request with a client of this version.");

    public static ServiceError NoClientRequest() => new(Reason.NotEntitled,
        "Administrators' orders are not client requests.", "Have the roster's administrators sign the order, and submit it as a job.");

    public static ServiceError IdempotencyConflict() => new(Reason.IdempotencyConflict,
        "This idempotency key was used with another request body.", "Use a new idempotency key for a new request.");

    public static ServiceError UnknownKey(KeyId key, string nodeName) => new(Reason.UnknownKey,
        $"Node {nodeName} knows no such key: {key}.", "Check the key id with ListKeys.");

    public static ServiceError KeyDestroyed(KeyId key) => new(Reason.KeyDestroyed,
        $"Key {key} was destroyed by order of the administrators.", "Use another key.");

    public static ServiceError KeyPending(string what) => new(Reason.KeyPending,
        $"{what} is PENDING: not every node has confirmed it yet.", "Ask again with the same idempotency key once the nodes can reach each other.");

    public static ServiceError Overloaded(string what) => new(Reason.Overloaded, $"The node has too many {what}.", "Try again in a moment.");

    public static ServiceError Storage() => new(Reason.StorageUnavailable, "The node could not read its store.", "Try again; if it lasts, look at the node's log.");

    public static ServiceError Seal(SealTrouble trouble) => new(trouble.Reason, $"The node could not open its key share: {trouble.Why.TrimEnd('.')}.", trouble.Reason switch
    {
        Reason.TokenLost => "Try again: the node goes on by itself once its token is back. Other nodes can serve meanwhile.",
        Reason.Sealed => "Have the node's operator unseal it, then try again. Other nodes can serve meanwhile.",
        _ => "Look at the node's log, or use other nodes.",
    });

    public static ServiceError Stopping() => new(Reason.NotReady, "The node is stopping.", "Use another node.");

    public static ServiceError ClockSkew(DateTimeOffset ours, string whose, DateTimeOffset theirs, TimeSpan allowed) => new(Reason.ClockSkew,
        $"Clocks are apart by more than {allowed.TotalSeconds:0} s: this node has {Time(ours)}, {whose} has {Time(theirs)}.",
        "Synchronise the clocks (NTP).");

    public static ServiceError RosterMismatch(Digest32 ours, Digest32 theirs) => new(Reason.RosterMismatch,
        $"The nodes have different rosters in force: this node {ours}, its peer {theirs}.", "Give both nodes the same roster.");

    /// <param name="why">A clause without its full stop.</param>
    public static ServiceError RosterRefused(string why) => new(Reason.RosterRefused,
        $"The roster is refused: {why}.", "Make the next version from the one in force and have the administrators' quorum sign it.");

    public static ServiceError NoMember(string nodeName, uint version) => new(Reason.WrongNode,
        $"Node {nodeName} has left the cluster: version {version} of the roster does not name it.", "Use the nodes that the roster names.");

    public static ServiceError OtherIdentity(string nodeName, uint version) => new(Reason.NotReady,
        $"Version {version} of the roster names an identity key of node {nodeName} that this node does not hold.",
        "Put the node's current identity in place, or have the roster name the one it holds.");

    public static ServiceError PolicyMismatch(Digest32 ours, Digest32 theirs) => new(Reason.PolicyMismatch,
        $"The nodes have different policies in force: this node {ours}, its peer {theirs}.", "Give both nodes the same policy.");

    public static ServiceError Superseded(string nodeName, ulong known, ulong shown) => new(Reason.SupersededInstance,
        $"A newer process of node {nodeName} has been seen (start {known}; this one is start {shown}).",
        "Run one process of a node only. If its disk was restored from a backup, stop it, run mpcsigner-node store restored, and start it again.");

    public static ServiceError Protocol(string message) => new(Reason.PeerFault, message, "Look at this node's audit log for the evidence.");

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
