using System.Diagnostics.CodeAnalysis;
using MpcSigner.Chains;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Policy;
using MpcSigner.Policy.Engine;

namespace MpcSigner.Coordination.Requests;

/// <summary>A request to sign that this node has decoded and allowed: what will be signed, by which key, as which party.</summary>
/// <param name="Verification">What the signature is to verify under, derived here from the record and the request alone.</param>
/// <param name="Rule">What allowed it, with path and output where the request names them: for the log.</param>
internal sealed record SigningCase(AuthenticatedRequest Request, KeyRow Key, KeyParty Self, VerificationKey Verification, DecodedPayload Payload, string Rule)
{
    public RequestAction.Sign Action => (RequestAction.Sign)Request.Body.Action;

    public KeyRecord Record => Key.Record;

    /// <summary>Decodes and decides, from the request's own bytes and this node's own key row.</summary>
    /// <param name="key">Null when the store has none.</param>
    public static bool TryJudge(
        MachineContext context, AuthenticatedRequest request, KeyRow? key,
        [NotNullWhen(true)] out SigningCase? signing, [NotNullWhen(false)] out ServiceError? error)
    {
        signing = null;
        if (request.Body.Action is not RequestAction.Sign action)
        {
            error = Refusals.Malformed("The request does not ask for a signature.");
            return false;
        }
        var name = context.NameOf(context.Self);
        if (key is null)
        {
            error = Refusals.UnknownKey(action.Key, name);
            return false;
        }
        if (key.State == KeyState.Destroyed)
        {
            error = Refusals.KeyDestroyed(action.Key);
            return false;
        }
        if (key.State != KeyState.Active)
        {
            error = Refusals.KeyPending($"Key {action.Key}");
            return false;
        }
        if (key.Record.Find(context.Self) is not { } self)
        {
            error = new(Reason.WrongNode, $"Node {name} holds no share of key {action.Key}.",
                $"Send the request to one of the key's nodes: {string.Join(", ", key.Record.Parties.Select(party => context.NameOf(party.Nid)))}.");
            return false;
        }
        if (!key.HasShare)
        {
            error = ShareRefusals.Behind(name, key);
            return false;
        }
        error = JudgeForm(action, key);
        if (error is not null)
            return false;
        var fault = context.Setup.VerificationKeys.TryFind(key, action, out var verification);
        if (fault != DerivationFault.None || verification is null)
        {
            error = DerivationPath.Refuse(fault);
            return false;
        }
        // The key at the path is who pays and signs: what the payload asks for is compared with it.
        if (!PayloadDecoder.TryDecode(action.Kind, action.Payload.Span, key.Record.Suite, verification.PublicKey.Encoded, out var payload, out error))
            return false;

        var verdict = PolicyEngine.Decide(context.Setup.Policy, new SigningFacts(
            new(request.Client.Id, request.Client.Name), action.Key, key.Label.Length == 0 ? null : key.Label, key.Usage, action.Path, action.Kind, payload.Intent));
        error = verdict.ToError();
        if (error is not null)
            return false;
        signing = new(request, key, self, verification, payload, Describe(verdict, action));
        return true;
    }

    private static string Describe(Verdict verdict, RequestAction.Sign action)
    {
        var path = action.Path.Count == 0 ? "" : $"; path {DerivationPath.Write(action.Path)}";
        return verdict.Describe() + path + (action.Taproot.Mode == TaprootMode.None ? "" : $"; Taproot {action.Taproot}");
    }

    private static ServiceError? JudgeForm(RequestAction.Sign action, KeyRow key)
    {
        if (!VerificationKey.Allows(key.Record.Suite, action.Taproot))
            return Refusals.Malformed($"The request names a Taproot output; key {action.Key} is of suite {key.Record.Suite}.");
        return action.Kind == PayloadKind.Raw && key.Usage != KeyUsage.TransactionsAndRaw
            ? new(Reason.PayloadKindNotAllowed, $"Key {action.Key} was not created for raw payloads.",
                "Create a key for raw payloads, or send a transaction that the nodes can decode.")
            : null;
    }
}
