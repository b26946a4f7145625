using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Histories;

public enum AskKind
{
    Create = 1,
    Sign = 2,

    /// <summary>The same request again.</summary>
    Again = 3,

    /// <summary>Another body under a key that is in use.</summary>
    Conflict = 4,

    /// <summary>What the policy forbids.</summary>
    Denied = 5,
    Expired = 6,
}

/// <summary>A client's call to one node.</summary>
public sealed class Ask(AskKind kind, SimulatedNode node, SignedRequest request, RequestBody body, TimeSpan at)
{
    public AskKind Kind { get; } = kind;

    public SimulatedNode Node { get; } = node;

    /// <summary>The process that was asked: its death loses the call.</summary>
    public int Life { get; } = node.Life;

    public SignedRequest Request { get; } = request;

    public RequestBody Body { get; } = body;

    public Digest32 BodyHash { get; } = World.BodyHash(request);

    public TimeSpan At { get; } = at;

    public CallId Call { get; set; }

    public ClientReply? Reply { get; set; }

    public bool IsLost => Reply is null && Node.Life != Life;

    public override string ToString() => $"{Kind} {Body.IdempotencyKey}/{BodyHash.ToString()[..6]} at {Node.Roster.Name}";
}
