using System.Diagnostics.CodeAnalysis;
using MpcSigner.Chains;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Policy;
using MpcSigner.Policy.Engine;

namespace MpcSigner.Coordination.Requests;

/// <summary>A request to sign that this node has decoded and allowed: what will be signed, by which key, as which party.</summary>
internal sealed record SigningCase(AuthenticatedRequest Request, KeyRow Key, KeyParty Self, DecodedPayload Payload, string Rule)
{
    public RequestAction.Sign Action => (RequestAction.Sign)Request.Body.Action;

    public KeyRecord Record => Key.Record;

    /// <summary>Decodes and decides, from the request's own bytes and this node's own key row.</summary>
    /// <param name="key">Null when the store has none.</param>
    public static bool TryJudge(
        MachineSetup setup, AuthenticatedRequest request, KeyRow? key,
        [NotNullWhen(true)] out SigningCase? signing, [NotNullWhen(false)] out ServiceError? error)
    {
        signing = null;
        if (request.Body.Action is not RequestAction.Sign action)
        {
            error = Refusals.Malformed("The request does not ask for a signature.");
            return false;
        }
        var name = setup.Roster.Find(setup.Nid)?.Name ?? setup.Nid.ToString();
        if (key is null)
        {
            error = Refusals.UnknownKey(action.Key, name);
            return false;
        }
        if (key.State != KeyState.Active)
        {
            error = Refusals.KeyPending($"Key {action.Key}");
            return false;
        }
        if (key.Record.Find(setup.Nid) is not { } self)
        {
            error = new(Reason.WrongNode, $"Node {name} holds no share of key {action.Key}.", "Send the request to one of the key's nodes.");
            return false;
        }
        error = JudgeForm(action, key);
        if (error is not null || !PayloadDecoder.TryDecode(
            action.Kind, action.Payload.Span, key.Record.Suite, key.Record.PublicKey.Span, out var payload, out error))
            return false;

        var verdict = PolicyEngine.Decide(setup.Policy, new SigningFacts(
            new(request.Client.Id, request.Client.Name), action.Key, key.Label.Length == 0 ? null : key.Label, key.Usage, action.Kind, payload.Intent));
        error = verdict.ToError();
        if (error is not null)
            return false;
        signing = new(request, key, self, payload, verdict.Describe());
        return true;
    }

    private static ServiceError? JudgeForm(RequestAction.Sign action, KeyRow key)
    {
        if (action.Path.Count != 0)
            return new(Reason.BadDerivationPath, "This release signs with the key itself only, not with derived keys.", "Leave the path empty.");
        return action.Kind == PayloadKind.Raw && key.Usage != KeyUsage.TransactionsAndRaw
            ? new(Reason.PayloadKindNotAllowed, $"Key {action.Key} was not created for raw payloads.",
                "Create a key for raw payloads, or send a transaction that the nodes can decode.")
            : null;
    }
}
