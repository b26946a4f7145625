using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Simulation.Cheats.Lies;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Histories;

/// <summary>What all that happens in a history is measured by: the cluster, who cheats, and every request that a client has signed.</summary>
public sealed class World(MiniCluster mini, Chronicle chronicle)
{
    private readonly Dictionary<Digest32, (SignedRequest Request, RequestBody Body)> _requests = [];

    public MiniCluster Mini { get; } = mini;

    public SimulatedCluster Cluster => Mini.Cluster;

    public Chronicle Chronicle { get; } = chronicle;

    public IReadOnlyDictionary<NodeId, Ed25519PublicKey> Identities { get; } =
        mini.Cluster.Roster.Nodes.ToDictionary(node => node.Nid, node => Ed25519PublicKey.Decode(node.IdentityKey.Span));

    /// <summary>None in an honest history.</summary>
    public HashSet<NodeId> Cheaters { get; } = [];

    public IEnumerable<SimulatedNode> Honest => Mini.Nodes.Where(node => !Cheaters.Contains(node.Nid));

    /// <summary>t − 1 nodes, all cheaters among them: whose view must give nothing away.</summary>
    public HashSet<NodeId> Coalition { get; } = [];

    /// <summary>Nothing but cheaters' lies keeps a session from its end.</summary>
    public bool IsCalm { get; init; }

    /// <summary>What cheaters have said that no honest node says, in the order in which they did.</summary>
    public List<ToldLie> Lies { get; } = [];

    /// <summary>Nodes whose disks were lost or went back: what they said and did before, they do not know.</summary>
    public HashSet<NodeId> WentBack { get; } = [];

    /// <summary>Of these, nodes that their operators have not told of it: peers refuse them for their start counters.</summary>
    public HashSet<NodeId> Untold { get; } = [];

    /// <summary>What a disk that went back has booked and forgotten.</summary>
    public HashSet<Digest32> Forgotten { get; } = [];

    public bool HasForgotten(ClientId client, string key) => Forgotten.Any(body => IdempotencyKeyOf(body) == (client, key));

    /// <summary>Orders that administrators have ended, at the nodes where they did.</summary>
    public HashSet<(NodeId, Digest32)> Ended { get; } = [];

    /// <summary>Honest all along, and with all that they ever wrote.</summary>
    public IEnumerable<SimulatedNode> Steady => Honest.Where(node => !WentBack.Contains(node.Nid));

    public bool IsCheater(NodeId nid) => Cheaters.Contains(nid);

    public static Digest32 BodyHash(SignedRequest request) => new(SHA256.HashData(request.Body.Span));

    public void Know(SignedRequest request, RequestBody body) => _requests[BodyHash(request)] = (request, body);

    public RequestBody BodyOf(Digest32 body) => _requests[body].Body;

    public bool IsSigning(Digest32 body) => _requests[body].Body.Action is RequestAction.Sign;

    public (ClientId Client, string Key) IdempotencyKeyOf(Digest32 body) => (_requests[body].Request.Client, _requests[body].Body.IdempotencyKey);
}
