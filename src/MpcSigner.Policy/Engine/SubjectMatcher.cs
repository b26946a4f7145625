using MpcSigner.Core.Intents;
using MpcSigner.Core.Requests;
using MpcSigner.Policy.Rules;

namespace MpcSigner.Policy.Engine;

/// <summary>Who asks, with which key, in which form: criteria that never depend on what the payload does.</summary>
internal static class SubjectMatcher
{
    public static Match Client(IReadOnlyList<ClientSelector>? clients, PolicyClient client) =>
        Match.When(clients is null || clients.Any(c => c.Matches(client)), $"it does not name client {client.Name}");

    public static Match Key(IReadOnlyList<KeySelector>? keys, SigningFacts facts) =>
        Match.When(keys is null || keys.Any(k => k.Matches(facts.Key, facts.Label)),
            facts.Label is null ? $"it does not name key {facts.Key}, which has no label" : $"it does not name key {facts.Key} or label {facts.Label}");

    public static Match Path(IReadOnlyList<PathPattern>? paths, SigningFacts facts) =>
        Match.When(paths is null || paths.Any(p => p.Matches(facts.Path)), $"it does not name derivation path {PathPattern.Write(facts.Path)}");

    public static Match Payload(IReadOnlyList<PayloadKind>? payloads, PayloadKind payload) =>
        Match.When(payloads is null || payloads.Contains(payload), $"it does not name payload kind {payload}");

    /// <summary>For rules that allow: what is valid on more chains than a rule names is not covered by it.</summary>
    public static Match ChainCovered(IReadOnlyList<string>? chains, string chain) =>
        Match.When(chains is null || chains.Contains(chain, StringComparer.Ordinal), $"it does not name chain {chain}");

    /// <summary>For rules that deny: what is valid on a chain they name is touched, wherever else it is valid.</summary>
    public static Match ChainTouched(IReadOnlyList<string>? chains, string chain) =>
        Match.When(chains is null || chains.Any(named => ChainName.Reaches(chain, named)), $"it does not name chain {chain}");
}
