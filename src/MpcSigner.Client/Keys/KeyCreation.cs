using Grpc.Core;
using MpcSigner.Client.Calls;
using MpcSigner.Client.Errors;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Verification.Keys;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Client.Keys;

/// <summary>One creation: what to ask for, and the answer judged key by key against what was asked.</summary>
internal sealed class KeyCreation(Roster roster, KeyVerifier verifier, CreationOrder order, SignedRequest signed, IProgress<KeyCreationProgress>? progress)
{
    public const string VerifyingStage = "verifying certificates";

    /// <summary>The nodes that shall hold shares, numbered in the order of the roster.</summary>
    public static RequestAction.CreateKeys Asked(Roster roster, CreateKeysRequest request)
    {
        if (request.NodeNames.Count != 0 && request.NodeNames.Count != request.Nodes)
            throw Wrong("BAD_PARTICIPANTS", $"{request.NodeNames.Count} nodes are named, {request.Nodes} are asked for.", "Name as many nodes as the key shall have, or none.");
        if (request.Nodes > roster.Nodes.Count)
            throw Wrong("BAD_PARTICIPANTS", $"{request.Nodes} nodes are asked for, the cluster has {roster.Nodes.Count}.", $"Ask for 2 to {roster.Nodes.Count} nodes.");
        var parties = new List<(PartyId, NodeId)>();
        foreach (var node in request.NodeNames.Count == 0 ? roster.Nodes.Take(Math.Max(request.Nodes, 0)) : request.NodeNames.Select(n => Named(roster, n)).OrderBy(n => n.Nid))
            parties.Add((new((ushort)(parties.Count + 1)), node.Nid));
        return new(KeyMapping.ToCore(request.Suite), request.Threshold, parties, request.Count, request.Labels, KeyMapping.ToCore(request.Use));
    }

    /// <summary>Asks one node; every key it answers with is verified before it counts.</summary>
    public async Task<IReadOnlyList<(SigningKey Key, VerifiedKey Verified)>> RunAsync(NodeConnection node, CallOptions options)
    {
        var keys = new List<(SigningKey, VerifiedKey)>();
        using var call = node.Keys.CreateKeys(SignedRequestMapping.ToWire(signed), options);
        while (await call.ResponseStream.MoveNext(options.CancellationToken).ConfigureAwait(false))
        {
            var answer = call.ResponseStream.Current;
            switch (answer.EventCase)
            {
                case V1.CreateKeysEvent.EventOneofCase.Progress:
                    progress?.Report(new(answer.Progress.Stage, Bounded(answer.Progress.Done), Bounded(answer.Progress.Total)));
                    break;
                case V1.CreateKeysEvent.EventOneofCase.Keys:
                    foreach (var key in answer.Keys.Keys)
                        keys.Add(Verify(key, keys.Count, node.Node));
                    progress?.Report(new(VerifyingStage, keys.Count, order.Asked.Count));
                    break;
                case V1.CreateKeysEvent.EventOneofCase.None:
                    break; // an event of a later release
            }
        }
        return keys.Count == order.Asked.Count
            ? keys
            : throw Failures.NotVerified($"Node {node.Node.Name} answered with {keys.Count} keys where {order.Asked.Count} were ordered.");
    }

    private (SigningKey, VerifiedKey) Verify(V1.Key key, int index, RosterNode from)
    {
        if (index >= order.Asked.Count)
            throw Failures.NotVerified($"Node {from.Name} answered with more keys than the {order.Asked.Count} that were ordered.");
        var shown = KeyMapping.Read(key, from, anchors: null);
        var verdict = verifier.Verify(shown, order, index);
        return verdict.IsValid
            ? (KeyMapping.Verified(verdict.Key, shown, roster, Times.Read(key.CreatedAtMs)), verdict.Key)
            : throw Failures.NotVerified($"Node {from.Name} answered with a key that is refused ({verdict.Fault}): {verdict.Detail}");
    }

    private static RosterNode Named(Roster roster, string name) => roster.Nodes.FirstOrDefault(n => n.Name == name)
        ?? throw Wrong("BAD_PARTICIPANTS", $"The roster has no node {name}.", $"Its nodes are {string.Join(", ", roster.Nodes.Select(n => n.Name))}.");

    private static int Bounded(uint value) => (int)Math.Min(value, int.MaxValue);

    private static MpcSignerException Wrong(string reason, string message, string nextStep) => new(FailureKind.Invalid, reason, message, nextStep, []);
}
