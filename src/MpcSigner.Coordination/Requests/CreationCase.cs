using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Policy;
using MpcSigner.Policy.Engine;

namespace MpcSigner.Coordination.Requests;

/// <summary>A request to make keys that this node has allowed: the order of spec §9.</summary>
/// <param name="Order">H(order), kind 2.</param>
internal sealed record CreationCase(AuthenticatedRequest Request, Digest32 Order, string Rule)
{
    /// <summary>All keys of a creation begin with it.</summary>
    public const uint FirstGeneration = 0;

    public RequestAction.CreateKeys Action => (RequestAction.CreateKeys)Request.Body.Action;

    public static Digest32 OrderOf(AuthenticatedRequest request) =>
        OrderHash.Compute(OrderKind.Creation, request.BodyHash, request.Client.Id.Value);

    /// <summary>Decides, from the request's own bytes.</summary>
    public static bool TryJudge(
        MachineContext context, AuthenticatedRequest request,
        [NotNullWhen(true)] out CreationCase? creation, [NotNullWhen(false)] out ServiceError? error)
    {
        creation = null;
        if (request.Body.Action is not RequestAction.CreateKeys action)
        {
            error = Refusals.Malformed("The request does not ask for keys.");
            return false;
        }
        error = JudgeParameters(context, request, action);
        if (error is not null)
            return false;
        var verdict = PolicyEngine.Decide(context.Setup.Policy, new CreationFacts(
            new(request.Client.Id, request.Client.Name), action.Suite, action.Threshold, action.Parties.Count, action.Count, action.Labels, action.Usage));
        error = verdict.ToError();
        if (error is not null)
            return false;
        creation = new(request, OrderOf(request), verdict.Describe());
        return true;
    }

    private static ServiceError? JudgeParameters(MachineContext context, AuthenticatedRequest request, RequestAction.CreateKeys action)
    {
        if (!request.Client.MayCreateKeys)
            return new(Reason.NotEntitled, $"Client {request.Client.Name} may not create keys.", "Have an administrator change the roster.");
        if (action.Suite == Suite.None)
            return new(Reason.UnsupportedSuite, "A key has a suite.", "Ask for one of the suites of this release.");
        var n = action.Parties.Count;
        if (n is < KeyLimits.MinThreshold or > KeyLimits.MaxParties)
            return new(Reason.BadParticipants, $"A key has {KeyLimits.MinThreshold}..{KeyLimits.MaxParties} parties, not {n}.", "Name that many nodes.");
        if (action.Threshold < KeyLimits.MinThreshold || action.Threshold > n)
            return new(Reason.BadThreshold, $"The threshold is {KeyLimits.MinThreshold}..{n} for {n} parties, not {action.Threshold}.", "Choose such a threshold.");
        if (action.Count is < 1 or > KeyLimits.MaxBatch)
            return new(Reason.BadBatchSize, $"A batch has 1..{KeyLimits.MaxBatch} keys, not {action.Count}.", "Split it into several requests.");
        if (action.Labels.Count != 0 && action.Labels.Count != action.Count)
            return new(Reason.MalformedRequest, $"{action.Labels.Count} labels for {action.Count} keys.", "Give none, or one a key.");
        return JudgeParties(context, action.Parties);
    }

    private static ServiceError? JudgeParties(MachineContext context, IReadOnlyList<(PartyId Pid, NodeId Nid)> parties)
    {
        var nids = new HashSet<NodeId>();
        var last = 0;
        foreach (var (pid, nid) in parties)
        {
            if (pid.Value <= last || !nids.Add(nid))
                return new(Reason.BadParticipants, "Party numbers must ascend, and no number or node may occur twice.", "Give each node its own number.");
            last = pid.Value;
            if (context.Roster.Find(nid) is null)
                return new(Reason.BadParticipants, $"The roster has no node {nid}.", $"Name nodes of the roster; it has {context.Roster.Nodes.Count}.");
        }
        return null;
    }
}
